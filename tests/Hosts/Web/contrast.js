// Texts of a page whose contrast is below what WCAG 2.2 asks for (1.4.3, AA): 4.5 : 1, and 3 : 1 for large text.
() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });

  // Any CSS colour (names, hsl, color-mix, color(srgb …)) as the browser itself paints it.
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return { rgb: [red, green, blue], alpha: alpha / 255 };
  };
  const over = (top, alpha, below) => top.map((channel, i) => channel * alpha + below[i] * (1 - alpha));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };

  // What is painted below a text: in SVG the shapes drawn before it, else the backgrounds of what it stands in; white is the canvas.
  const layers = (element, box) => {
    const found = [];
    const svg = element.closest('svg');
    if (svg) {
      const at = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      const shapes = [...svg.querySelectorAll('rect, circle, path, ellipse')].filter((shape) =>
        !shape.closest('defs') && shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING
        && shape.isPointInFill?.(new DOMPoint(...at).matrixTransform(shape.getScreenCTM().inverse())));
      for (const shape of shapes.reverse()) {
        const style = getComputedStyle(shape);
        if (style.fill !== 'none')
          found.push({ colour: style.fill, opacity: style.fillOpacity * style.opacity });
      }
    }
    for (let parent = element; parent; parent = parent.parentElement) {
      const style = getComputedStyle(parent);
      found.push({ colour: style.backgroundColor, opacity: 1 });
    }
    return found;
  };
  const gradient = (colour) => {
    const stops = [...(document.querySelector(colour.match(/#[\w-]+/)?.[0] ?? '#')?.querySelectorAll('stop') ?? [])];
    return stops.map((stop) => parse(getComputedStyle(stop).stopColor)).map((c, i) => ({ rgb: c.rgb, alpha: c.alpha * getComputedStyle(stops[i]).stopOpacity }));
  };
  // Every colour that the text may stand on: one, but for a gradient, of which all stops count.
  const backgrounds = (element, box) => layers(element, box).reduceRight((below, { colour, opacity }) => {
    const tops = colour.startsWith('url(') ? gradient(colour) : [parse(colour)];
    return below.flatMap((under) => tops.map((top) => over(top.rgb, top.alpha * opacity, under)));
  }, [[255, 255, 255]]);

  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.data.trim();
    if (!text || /^(SCRIPT|STYLE|NOSCRIPT)$/i.test(element.tagName) || /^(title|desc)$/.test(element.localName) || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      continue;
    // What cannot be used needs no contrast (WCAG's "inactive"); what is only for screen readers is not seen.
    if (element.closest(':disabled, .visually-hidden, .skip'))
      continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0 || box.height === 0)
      continue;
    const style = getComputedStyle(element);
    const ink = parse(element instanceof SVGElement ? style.fill : style.color);
    let alpha = ink.alpha;
    for (let parent = element; parent; parent = parent.parentElement)
      alpha *= getComputedStyle(parent).opacity;
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const worst = Math.min(...backgrounds(element, box).map((below) => ratio(over(ink.rgb, alpha, below), below)));
    if (!(worst >= needed))
      faint.push(`${worst.toFixed(2)} of ${needed}: "${text.slice(0, 40)}" in ${element.localName}.${element.getAttribute('class') ?? ''}`);
  }
  return [...new Set(faint)];
}
