// The picture: a view onto it that moves and zooms, and lines from the chosen box to what it waits for and what waits for it.
{
  const canvas = find("canvas");
  const svg = find("svg");
  const full = { width: Number(svg.dataset.width), height: Number(svg.dataset.height) };
  const view = { x: 0, y: 0, unit: 1, touched: false, paper: false }; // unit: lengths of the picture in one pixel
  canvas.classList.add("live");
  find("tools").hidden = false;

  // As high as all of it is at full width, but not much more than a screen.
  const stretch = () => {
    const height = (full.height / full.width) * svg.clientWidth;
    svg.setAttribute("height", Math.round(Math.min(Math.max(height, 420), innerHeight * 1.3)));
  };
  const size = () => ({ width: svg.clientWidth || 1, height: svg.clientHeight || 1 });
  const whole = () => Math.max(full.width / size().width, full.height / size().height);
  function draw() {
    if (view.paper) return; // its size there is that of a sheet
    const { width, height } = size();
    view.unit = Math.min(Math.max(view.unit, 0.25), Math.max(whole() * 1.2, 1));
    // Never off the picture: what is larger than the view fills it, what is smaller stays within.
    const kept = (at, most) => Math.min(Math.max(at, Math.min(0, most)), Math.max(0, most));
    view.x = kept(view.x, full.width - width * view.unit);
    view.y = kept(view.y, full.height - height * view.unit);
    svg.setAttribute("viewBox", [view.x, view.y, width * view.unit, height * view.unit].map((n) => n.toFixed(2)).join(" "));
  }
  function fit() {
    view.unit = whole();
    view.x = (full.width - size().width * view.unit) / 2;
    view.y = (full.height - size().height * view.unit) / 2;
    draw();
  }
  // x and y: pixels from the corner, the point that stays where it is.
  function zoom(factor, x = size().width / 2, y = size().height / 2) {
    const before = view.unit;
    view.touched = true;
    view.unit *= factor;
    draw();
    view.x += x * (before - view.unit);
    view.y += y * (before - view.unit);
    draw();
  }
  function move(x, y) {
    view.touched = true;
    view.x += x * view.unit;
    view.y += y * view.unit;
    draw();
  }
  // As much as can be read: on a narrow screen the top left corner, not all of it, too small.
  function begin() {
    fit();
    if (view.unit > 2) Object.assign(view, { x: 0, y: 0, unit: 1.2 });
    draw();
  }
  function reveal(box) {
    const { x, y, width, height } = box.getBBox();
    const seen = { width: size().width * view.unit, height: size().height * view.unit };
    // No further than it must: what one looked at stays in sight.
    const gap = 16 * view.unit;
    const near = (at, from, length, room) => Math.min(Math.max(at, from + length + gap - room), from - gap);
    if (width < seen.width) view.x = near(view.x, x, width, seen.width);
    if (height < seen.height) view.y = near(view.y, y, height, seen.height);
    if (view.unit < whole()) view.touched = true;
    draw();
  }

  const actions = { in: () => zoom(0.8), out: () => zoom(1.25), fit };
  for (const button of all("[data-zoom]")) button.addEventListener("click", actions[button.dataset.zoom]);
  const keys = {
    "+": actions.in, "=": actions.in, "-": actions.out, 0: fit,
    ArrowLeft: () => move(-60, 0), ArrowRight: () => move(60, 0), ArrowUp: () => move(0, -60), ArrowDown: () => move(0, 60),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  // With Ctrl (which a pinch sends too): the wheel alone scrolls the page, as it does everywhere else.
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = svg.getBoundingClientRect();
    zoom(Math.exp(event.deltaY / 400), event.clientX - left, event.clientY - top);
  }, { passive: false });

  let grip = null;
  svg.addEventListener("pointerdown", (event) => { if (event.button === 0) grip = { x: event.clientX, y: event.clientY, moved: 0 }; });
  addEventListener("pointermove", (event) => {
    if (!grip) return;
    grip.moved += Math.abs(event.clientX - grip.x) + Math.abs(event.clientY - grip.y);
    if (grip.moved > 4) move(grip.x - event.clientX, grip.y - event.clientY);
    Object.assign(grip, { x: event.clientX, y: event.clientY });
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { setTimeout(() => { grip = null; }); });
  svg.addEventListener("click", (event) => { if (grip?.moved > 4) { event.preventDefault(); event.stopPropagation(); } }, true);
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  // On the canvas: a drawing that listens for focus is a stop of its own for the Tab key.
  canvas.addEventListener("focusin", (event) => { if (event.target.matches(".box:focus-visible")) reveal(event.target); });

  // Lines go from the nearer sides of two boxes; dashed ones come from what needs the chosen box.
  const drawn = (name, attributes) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    return shape;
  };
  function line(from, to, className) {
    const [a, b] = [from, to].map((n) => find(`b${n}`).querySelector("rect").getBBox());
    const side = a.x + a.width < b.x ? 1 : b.x + b.width < a.x ? -1 : 0;
    const [x1, x2] = side >= 0 ? [a.x + a.width, side ? b.x : b.x + b.width] : [a.x, b.x + b.width];
    const [y1, y2] = [a.y + a.height / 2, b.y + b.height / 2];
    const bend = Math.max(40, Math.abs(x2 - x1) / 2);
    const [c1, c2] = side >= 0 ? [x1 + bend, side ? x2 - bend : x2 + bend] : [x1 - bend, x2 + bend];
    return [
      drawn("path", { d: `M${x1} ${y1}C${c1} ${y1} ${c2} ${y2} ${x2} ${y2}`, class: className }),
      drawn("circle", { cx: x2, cy: y2, r: 3.5 }),
    ];
  }
  document.addEventListener("chosen", ({ detail }) => {
    for (const box of all(".related")) box.classList.remove("related");
    const number = detail?.box;
    const links = report.links.filter((pair) => pair.includes(number));
    svg.classList.toggle("linked", links.length > 0);
    find("links").replaceChildren(...links.flatMap(([from, to]) => line(from, to, from === number ? "waits" : "needed")));
    for (const box of links.flat()) find(`b${box}`).classList.add("related");
    if (number === undefined) return;
    find(`b${number}`).classList.add("chosen");
    reveal(find(`b${number}`));
  });

  // Paper holds all of it, and the screen is then as it was.
  addEventListener("beforeprint", () => {
    view.paper = true;
    svg.setAttribute("viewBox", `0 0 ${full.width} ${full.height}`);
  });
  addEventListener("afterprint", () => { view.paper = false; draw(); });

  new ResizeObserver(() => { stretch(); if (view.touched) draw(); else begin(); }).observe(canvas);
  stretch();
  begin();
  if (chosen()) show(chosen());
}
