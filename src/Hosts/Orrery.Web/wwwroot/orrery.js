// Light or dark: what the reader chose, else what their system says. Set before the first paint, so that nothing flashes.
window.orrery = {
  isDark() {
    const kept = localStorage.getItem('orrery-dark');
    return kept === null ? matchMedia('(prefers-color-scheme: dark)').matches : kept === 'true';
  },
  keepDark(dark) {
    localStorage.setItem('orrery-dark', dark);
    this.paint();
  },
  reveal(selector) {
    document.querySelector(selector)?.scrollIntoView({ block: 'nearest', inline: 'center' });
  },
  paint() {
    document.documentElement.dataset.theme = this.isDark() ? 'dark' : 'light';
  },
};
orrery.paint();
