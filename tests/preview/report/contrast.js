// Texts that stand out from their ground by less than 4.5 to 1 (WCAG 2.2, 1.4.3).
(() => {
  const parsed = (c) => { const [, kind, list] = /^(rgba?|color)\((?:srgb )?([^)]+)\)/.exec(c) ?? []; if (!kind) return null;
    const n = list.split(/[ ,/]+/).filter(Boolean).map(Number);
    return [...n.slice(0, 3).map((v) => (kind === "color" ? v * 255 : v)), n[3] ?? 1]; };
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const light = (c) => c.slice(0, 3).map((v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0.05);
  const ground = (e) => { const c = e ? parsed(getComputedStyle(e).backgroundColor) : [255, 255, 255, 1];
    return c && c[3] === 1 ? c : over(c ?? [0, 0, 0, 0], ground(e.parentElement)); };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility()) continue;
    const drawn = e.namespaceURI.includes("svg"), box = e.closest(".sign, .box")?.querySelector("rect");
    if (drawn && !box) continue;
    const back = drawn ? parsed(getComputedStyle(box).fill) : ground(e);
    const text = over(parsed(getComputedStyle(e)[drawn ? "fill" : "color"]), back);
    const [a, b] = [light(text), light(back)].sort((x, y) => y - x);
    if (a / b < 4.5) found.push(`${e.textContent.slice(0, 30)} ${(a / b).toFixed(2)}`);
  }
  return found;
})()
