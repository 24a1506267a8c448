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
  // A stretch drawn over a chart with the pointer: its ends, in the picture's own coordinates, go to the page that drew it.
  brush(picture, page) {
    const mark = picture.querySelector('.brush');
    const place = event => new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse()).x;
    let start = null;
    const draw = end => {
      mark.setAttribute('x', Math.min(start, end));
      mark.setAttribute('width', Math.abs(end - start));
    };
    picture.addEventListener('pointerdown', event => {
      if (event.button !== 0) return;
      start = place(event);
      picture.setPointerCapture(event.pointerId);
    });
    picture.addEventListener('pointermove', event => start !== null && draw(place(event)));
    const stop = event => {
      if (start === null) return;
      const end = place(event);
      if (event.type === 'pointerup' && Math.abs(end - start) > 4) page.invokeMethodAsync('BrushAsync', start, end);
      mark.setAttribute('width', 0);
      start = null;
    };
    picture.addEventListener('pointerup', stop);
    picture.addEventListener('pointercancel', stop);
    picture.addEventListener('dblclick', () => page.invokeMethodAsync('UnbrushAsync'));
  },
  paint() {
    document.documentElement.dataset.theme = this.isDark() ? 'dark' : 'light';
  },
};
orrery.paint();
