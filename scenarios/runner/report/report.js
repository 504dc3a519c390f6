"use strict";
// Shows what page.py has put into this page. Data becomes text of elements or pixels, never markup.

const run = JSON.parse(document.getElementById("run").textContent);
const at = (id) => document.getElementById(id);
// Columns of events, in pixels.
const LOWEST = 6, HIGHEST = 18;
const LANE_TOP = 22, LANE_HEIGHT = 46, LABELS = 82, ROW = 22, NEAR = 6;
const STATES = ["well", "refused", "fault"];
// Where a list would be higher than browsers can make an element, the rest is reached by the filters.
const MOST_ROWS = 1_000_000;

let story, place, view, chosen, found, colours;
const parts = new Map();

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// Times: as a clock of the story, with as many decimals as the range needs.
function clock(seconds, decimals = 0) {
  const rounded = Number(seconds.toFixed(decimals));
  const days = Math.floor(rounded / 86400), rest = rounded - days * 86400;
  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  const tail = (rest % 60).toFixed(decimals).padStart(decimals ? 3 + decimals : 2, "0");
  return `${days ? `day ${days + 1} ` : ""}${two(rest / 3600)}:${two((rest % 3600) / 60)}:${tail}`;
}

function words(seconds) {
  if (seconds === null) return "–";
  if (seconds < 60) return `${Number(seconds.toFixed(2))} s`;
  if (seconds < 3600) return `${Number((seconds / 60).toFixed(1))} min`;
  return seconds < 86400 ? `${Number((seconds / 3600).toFixed(1))} h` : `${Number((seconds / 86400).toFixed(1))} days`;
}

// ---- the stories and the head of one

const ORDER = ["fail", "unknown", "pass", "skipped"];

function listStories() {
  const counts = ORDER.map((verdict) => [run.stories.filter((one) => one.verdict === verdict).length, verdict]);
  const summary = at("summary");
  for (const [count, verdict] of counts.filter(([count]) => count)) summary.append(element("span", `${count} ${verdict} `, `verdict ${verdict}`));
  const lasted = run.stories.reduce((sum, one) => sum + one.clock_s, 0), took = run.stories.reduce((sum, one) => sum + one.real_s, 0);
  summary.append(element("span", ` ${words(lasted)} of the stories in ${words(took)}`, "quiet"));
  const sorted = run.stories.map((one, index) => [one, index]).sort(([a], [b]) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  for (const [one, index] of sorted) {
    const button = element("button");
    button.type = "button";
    button.dataset.place = index;
    button.append(element("span", one.verdict, `verdict ${one.verdict}`), element("span", ` ${one.title}`),
      element("div", `seed ${one.seed}, ${one.events.at.length.toLocaleString("en")} events`, "quiet"));
    button.addEventListener("click", () => show(index));
    at("stories").append(button);
  }
  if (sorted.length) show(sorted[0][1]);
  else at("story").hidden = true;
}

function show(index) {
  [story, place, chosen] = [run.stories[index], index, -1];
  for (const button of at("stories").children) button.setAttribute("aria-current", String(Number(button.dataset.place) === index));
  at("title").textContent = story.title;
  at("facts").replaceChildren(element("span", story.verdict, `verdict ${story.verdict}`),
    element("span", `${story.why ? `: ${story.why}` : ""} · ${story.path} · seed ${story.seed} · ${words(story.clock_s)} of the story, ${words(story.real_s)} of the wall`));
  at("command").textContent = story.command;
  showProblems();
  showFreshness();
  showSteps();
  showShops();
  at("detail").replaceChildren(element("p", "Choose a call to see what was asked and answered.", "quiet"));
  wholeStory();
  filter();
}

function lines(texts) {
  const list = element("ul");
  for (const text of texts) list.append(element("li", text));
  return list;
}

function where(shown) {
  return shown.line ? `line ${shown.line}` : "at the end";
}

function showProblems() {
  const broken = story.shown.filter((one) => one.wrong.length);
  at("problems").replaceChildren(...broken.map((one) => {
    const item = element("li");
    item.append(element("b", one.name), element("span", ` · ${where(one)} · ${clock(one.at)}`, "quiet"), lines(one.wrong));
    return item;
  }));
  if (story.is_bad && !broken.length) at("problems").append(element("li", story.why || story.verdict));
  at("wrong").hidden = !story.is_bad && !broken.length;
}

function showFreshness() {
  const fresh = story.fresh, told = at("fresh");
  told.replaceChildren();
  if (!fresh || !fresh.count) told.append(element("span", "No change of stock was seen to arrive. "));
  else for (const name of ["p50", "p95", "p99"]) told.append(element("span", `${name} `, "quiet"), element("b", words(fresh[name])));
  if (fresh) told.append(element("span", `${fresh.count} changes arrived, ${fresh.overtaken} were overtaken, ${fresh.unseen} were not seen`, "quiet"));
}

function showSteps() {
  at("steps").replaceChildren(...story.shown.map((one) => {
    const row = element("tr", undefined, one.wrong.length ? "bad" : "");
    const told = element("td", one.told);
    if (one.wrong.length) told.append(lines(one.wrong));
    row.append(element("td", clock(one.at, 1)), element("td", where(one)), element("td", one.name), told);
    return row;
  }));
}

// ---- the view: a span of the story's time that both canvases show

function lastMoment() {
  const { at: times, took } = story.events;
  return Math.max(story.clock_s, 1, times.length ? (times[times.length - 1] + took[took.length - 1]) / 1000 : 0);
}

function wholeStory() {
  const end = lastMoment();
  look(-end * 0.01, end * 1.02);
}

function look(from, to) {
  const end = lastMoment(), span = Math.min(Math.max(to - from, 0.02), end * 1.03);
  const start = Math.min(Math.max(from, -end * 0.01), end * 1.02 - span);
  view = { from: start, to: start + span };
  const decimals = span < 60 ? 2 : 0;
  at("range").textContent = `${clock(Math.max(0, view.from), decimals)} to ${clock(view.to, decimals)}`;
  draw();
  if (at("visible").checked) filter();
}

function zoom(factor, around = (view.from + view.to) / 2) {
  look(around - (around - view.from) * factor, around + (view.to - around) * factor);
}

// The first place whose time is not before this one, in milliseconds.
function firstFrom(times, moment) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

// ---- drawing

function readColours() {
  const style = getComputedStyle(document.documentElement);
  colours = {};
  for (const name of ["text", "quiet", "line", "chosen", "well", "refused", "fault", "band", "step", "stock", "orders", "panel"]) colours[name] = style.getPropertyValue(`--${name}`);
}

function prepared(canvas) {
  const scale = window.devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  const x = (seconds) => LABELS + ((seconds - view.from) / (view.to - view.from)) * (width - LABELS);
  return { pen, width, height, x };
}

function draw() {
  drawLanes();
  drawGaps();
}

const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000, 2592000];

function drawTime({ pen, width, height, x }, withText) {
  const most = (width - LABELS) / 110, span = view.to - view.from;
  const step = TICKS.find((one) => span / one <= most) || span;
  pen.strokeStyle = colours.line;
  pen.fillStyle = colours.quiet;
  for (let tick = Math.ceil(Math.max(0, view.from) / step) * step; tick <= view.to; tick += step) {
    pen.beginPath();
    pen.moveTo(x(tick), withText ? 16 : 0);
    pen.lineTo(x(tick), height);
    pen.stroke();
    const text = clock(tick, step < 1 ? 2 : 0);
    if (withText && x(tick) + 3 + pen.measureText(text).width < width) pen.fillText(text, x(tick) + 3, 10);
  }
}

function drawLanes() {
  const paper = prepared(at("lanes")), { pen, width, x } = paper;
  if (width <= LABELS) return;
  drawTime(paper, true);
  drawBands(paper);
  pen.save();
  pen.beginPath();
  pen.rect(LABELS, 0, width - LABELS, paper.height);
  pen.clip();
  drawEvents(paper);
  drawSteps(paper);
  if (chosen >= 0) {
    const { at: times, lane } = story.events, left = x(times[chosen] / 1000);
    pen.strokeStyle = colours.text;
    pen.lineWidth = 1.5;
    pen.strokeRect(left - 4, LANE_TOP + lane[chosen] * LANE_HEIGHT + 2, 8, LANE_HEIGHT - 4);
  }
  pen.restore();
  run.lanes.forEach((name, lane) => {
    const top = LANE_TOP + lane * LANE_HEIGHT;
    pen.strokeStyle = colours.line;
    pen.beginPath();
    pen.moveTo(0, top + 0.5);
    pen.lineTo(width, top + 0.5);
    pen.stroke();
    pen.fillStyle = colours.text;
    pen.fillText(name, 8, top + LANE_HEIGHT / 2);
  });
}

function drawBands({ pen, width, x }) {
  const inSight = story.bands
    .map(([since, to, lane, told]) => ({ left: Math.max(LABELS, x(since)), right: Math.min(width, Math.max(x(to), x(since) + 3)), lane, told }))
    .filter(({ left, right }) => right > LABELS && left < width);
  pen.fillStyle = colours.band;
  for (const { left, right, lane } of inSight) pen.fillRect(left, LANE_TOP + lane * LANE_HEIGHT + 1, right - left, LANE_HEIGHT - 1);
  pen.fillStyle = colours.text;
  const free = run.lanes.map(() => LABELS);
  for (const { left, lane, told } of inSight) {
    const start = left + 4, end = start + pen.measureText(told).width;
    const isHidden = inSight.some((other) => other.lane === lane && other.left > left && other.left < end);
    if (start < free[lane] || end > width || isHidden) continue;
    // Below the steps, above the events.
    pen.fillText(told, start, LANE_TOP + lane * LANE_HEIGHT + 23);
    free[lane] = end + 8;
  }
}

// A column for each place of a lane, the higher the more stands in it: as quick for all as for few.
function drawEvents({ pen, width, x }) {
  const { at: times, lane, state } = story.events, wide = 2;
  const columns = Math.ceil((width - LABELS) / wide) + 1;
  const counts = STATES.map(() => new Uint32Array(columns * run.lanes.length));
  const last = firstFrom(times, view.to * 1000 + 1);
  for (let event = firstFrom(times, view.from * 1000); event < last; event += 1) {
    const column = Math.floor((x(times[event] / 1000) - LABELS) / wide);
    if (column >= 0 && column < columns) counts[state[event]][lane[event] * columns + column] += 1;
  }
  const totals = counts[0].map((count, cell) => count + counts[1][cell] + counts[2][cell]);
  const most = totals.reduce((high, total) => Math.max(high, total), 1);
  for (let cell = 0; cell < columns * run.lanes.length; cell += 1) {
    const each = counts.map((count) => count[cell]), total = totals[cell];
    if (!total) continue;
    const height = LOWEST + ((HIGHEST - LOWEST) * Math.log(total)) / Math.log(Math.max(2, most));
    const left = LABELS + (cell % columns) * wide;
    let bottom = LANE_TOP + Math.floor(cell / columns) * LANE_HEIGHT + LANE_HEIGHT - 1;
    // What went wrong is seen however much went well beside it.
    for (const [index, name] of [[2, "fault"], [1, "refused"], [0, "well"]]) {
      if (!each[index]) continue;
      const part = Math.max(index ? 3 : 0, (height * each[index]) / total);
      pen.fillStyle = colours[name];
      pen.fillRect(left, bottom - part, wide, part);
      bottom -= part;
    }
  }
}

function drawSteps({ pen, width, x }) {
  const shown = story.shown.map((one) => ({ one, left: x(one.at) })).filter(({ left }) => left > LABELS - 5 && left < width + 5);
  // What is written or marked on each lane, from left to right, so that no label hides another mark.
  const taken = run.lanes.map((_, lane) => shown.filter(({ one }) => one.lane === lane).map(({ left }) => [left - 4, left + 4]));
  const isFree = (lane, from, to) => !taken[lane].some(([start, end]) => start < to && end > from);
  const failedLast = [...shown].sort((a, b) => a.one.wrong.length - b.one.wrong.length);
  const top = (one) => LANE_TOP + one.lane * LANE_HEIGHT + 10;
  const colour = (one) => (one.wrong.length ? colours.refused : colours.step);
  for (const { one, left } of failedLast) {
    pen.fillStyle = colour(one);
    pen.beginPath();
    pen.arc(left, top(one), one.wrong.length ? 5 : 4, 0, 7);
    pen.fill();
  }
  // The names of what failed find room first.
  for (const { one, left } of failedLast.reverse()) {
    const text = one.line ? one.name.slice(one.name.indexOf(":") + 2) : one.name, wide = pen.measureText(text).width;
    const start = [left + 7, left - 7 - wide].find((from) => from >= LABELS && from + wide < width && isFree(one.lane, from, from + wide));
    if (start === undefined) continue;
    pen.fillStyle = colour(one);
    pen.fillText(text, start, top(one));
    taken[one.lane].push([start - 6, start + wide + 6]);
  }
}

function showShops() {
  const shops = Object.keys(story.gaps);
  at("shop").replaceChildren(...shops.map((shop) => element("option", shop)));
  at("shop").hidden = shops.length < 2;
  at("apart").hidden = !shops.length;
}

// Each value holds until the next look.
function drawGaps() {
  const points = story.gaps[at("shop").value];
  if (!points) return;
  const paper = prepared(at("gaps")), { pen, width, height, x } = paper;
  drawTime(paper, false);
  const series = [[1, "stock"], [2, "orders"]];
  const most = Math.max(1, ...series.map(([index]) => points.reduce((high, point) => Math.max(high, point[index]), 0)));
  const y = (value) => height - 8 - (value / most) * (height - 20);
  pen.save();
  pen.beginPath();
  pen.rect(LABELS, 0, width - LABELS, height);
  pen.clip();
  for (const [index, name] of series) {
    pen.strokeStyle = colours[name];
    pen.lineWidth = 2;
    pen.beginPath();
    points.forEach((point, order) => {
      if (order) pen.lineTo(x(point[0]), y(points[order - 1][index]));
      else pen.moveTo(x(point[0]), y(point[index]));
      pen.lineTo(x(point[0]), y(point[index]));
    });
    pen.stroke();
  }
  pen.restore();
  pen.fillStyle = colours.quiet;
  pen.textAlign = "right";
  pen.fillText(String(most), LABELS - 8, y(most));
  pen.fillText("0", LABELS - 8, y(0));
  const highest = (index) => points.reduce((high, point) => Math.max(high, point[index]), 0), end = points[points.length - 1];
  at("peaks").textContent = `most: ${highest(1)} balances, ${highest(2)} orders; at the end: ${end[1]} and ${end[2]}`;
}

// ---- the list of events: only the rows in sight are elements

function filter() {
  const { at: times, lane, state, name, told } = story.events, wanted = at("search").value.trim().toLowerCase();
  const matches = new Set(story.texts.flatMap((text, index) => (text.toLowerCase().includes(wanted) ? [index] : [])));
  const onlyLane = Number(at("lane").value), onlyTrouble = at("trouble").checked;
  const [first, last] = at("visible").checked ? [firstFrom(times, view.from * 1000), firstFrom(times, view.to * 1000 + 1)] : [0, times.length];
  found = [];
  for (let event = first; event < last; event += 1) {
    if (onlyLane >= 0 && lane[event] !== onlyLane) continue;
    if (onlyTrouble && !state[event]) continue;
    if (wanted && !matches.has(name[event]) && !matches.has(told[event])) continue;
    found.push(event);
  }
  at("count").textContent = `${found.length.toLocaleString("en")} of ${times.length.toLocaleString("en")}`;
  at("rows").style.height = `${Math.min(found.length, MOST_ROWS) * ROW}px`;
  at("list").scrollTop = 0;
  drawRows();
}

function drawRows() {
  const list = at("list"), first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
  const last = Math.min(found.length, MOST_ROWS, first + Math.ceil(list.clientHeight / ROW) + 10);
  const made = [];
  for (let order = first; order < last; order += 1) made.push(row(order));
  at("rows").replaceChildren(...made);
}

function row(order) {
  const event = found[order], { at: times, lane, state, name, told } = story.events;
  const made = element("div", undefined, `row state-${state[event]}`);
  made.style.top = `${order * ROW}px`;
  made.dataset.event = event;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", String(event === chosen));
  made.append(element("span", clock(times[event] / 1000, 2)), element("span", run.lanes[lane[event]]),
    element("span", story.texts[name[event]]), element("span", story.texts[told[event]]));
  return made;
}

function choose(event) {
  chosen = event;
  const order = firstFrom(found, event), list = at("list");
  if (found[order] === event && (order * ROW < list.scrollTop || (order + 1) * ROW > list.scrollTop + list.clientHeight)) list.scrollTop = order * ROW - list.clientHeight / 2;
  drawRows();
  drawLanes();
  showDetail(event);
}

function step(by) {
  const next = found[Math.min(Math.max(chosen < 0 ? 0 : firstFrom(found, chosen) + by, 0), found.length - 1)];
  if (next !== undefined) choose(next);
}

// ---- one event down to its bytes

function entryOf(event) {
  const id = `part-${place}-${Math.floor(event / run.part)}`;
  if (!parts.has(id)) parts.set(id, JSON.parse(at(id).textContent));
  return parts.get(id)[event % run.part];
}

function request(entry) {
  const params = entry.params && Object.entries(entry.params).map(([name, value]) => `${name}=${value}`);
  const sent = entry.dados ?? entry.form ?? entry.fields;
  const first = [entry.method ?? (entry.kind === "webhook" ? "POST" : ""), entry.path ?? entry.service ?? entry.url ?? "", entry.query ? `?${entry.query}` : ""];
  return [`${first[0]} ${first[1]}${first[2]}`, ...(params ?? []), entry.body, sent && JSON.stringify(sent)].filter((line) => line).join("\n");
}

function answer(entry) {
  const size = entry.bytes === null || entry.bytes === undefined ? "" : `, ${entry.bytes} bytes`;
  const told = entry.status === null ? "no answer" : `status ${entry.status}${size}`;
  const kept = entry.answer ? entry.answer.length : 0;
  const note = entry.answer === undefined ? "(this journal keeps no more of an answer)" : entry.bytes > kept ? `(the journal keeps the first ${kept} characters)` : "";
  return [told, entry.answer, entry.status === null ? "" : note].filter((line) => line).join("\n");
}

function showDetail(event) {
  const { source, entry } = entryOf(event), { at: times, took, name } = story.events, detail = at("detail");
  const isCall = "status" in entry, shown = [element("h3", story.texts[name[event]])];
  shown.push(element("p", `${clock(times[event] / 1000, 3)}${took[event] ? `, took ${words(took[event] / 1000)}` : ""} · journal of ${source}, entry ${entry.seq} · ${entry.at}`, "quiet"));
  if (entry.fault && isCall) shown.push(element("p", `met a fault: ${entry.fault}`, "unknown"));
  if (isCall) shown.push(element("h3", "Request"), element("pre", request(entry), "request"), element("h3", "Answer"), element("pre", answer(entry), "answer"));
  shown.push(element("h3", "The whole entry"), element("pre", JSON.stringify(entry, null, 2), "entry"));
  detail.replaceChildren(...shown);
  detail.scrollTop = 0;
}

// ---- hands and eyes

function moment(pointer) {
  const box = at("lanes").getBoundingClientRect();
  return view.from + ((pointer.clientX - box.left - LABELS) / (box.width - LABELS)) * (view.to - view.from);
}

// The nearest event of the lane under the pointer, one that went wrong before others.
function eventUnder(pointer) {
  const box = at("lanes").getBoundingClientRect(), { at: times, lane, state } = story.events;
  const wanted = Math.floor((pointer.clientY - box.top - LANE_TOP) / LANE_HEIGHT), now = moment(pointer) * 1000;
  const reach = (NEAR * (view.to - view.from) * 1000) / (box.width - LABELS);
  let best = -1, least = Infinity;
  const last = firstFrom(times, now + reach);
  for (let event = firstFrom(times, now - reach); event < last; event += 1) {
    const far = Math.abs(times[event] - now) - (state[event] ? reach : 0);
    if (lane[event] === wanted && far < least) [best, least] = [event, far];
  }
  return best;
}

function hint(pointer) {
  const event = eventUnder(pointer), { name, told, at: times } = story.events;
  const box = at("lanes").getBoundingClientRect(), x = pointer.clientX - box.left;
  const lane = Math.floor((pointer.clientY - box.top - LANE_TOP) / LANE_HEIGHT), now = moment(pointer);
  const reach = (NEAR * (view.to - view.from)) / (box.width - LABELS);
  const steps = story.shown.filter((one) => one.lane === lane && Math.abs(one.at - now) <= reach).map((one) => `${one.name} (${where(one)}): ${one.told}`);
  const trouble = story.bands.filter(([since, to, own]) => own === lane && since - reach <= now && now <= to + reach).map((band) => band[3]);
  const calls = event < 0 ? [] : [`${clock(times[event] / 1000, 2)} ${story.texts[name[event]]} ${story.texts[told[event]]}`];
  at("lanes").title = x < LABELS ? "" : [...steps, ...trouble, ...calls].join("\n");
}

function listen() {
  const lanes = at("lanes");
  let drag = null;
  lanes.addEventListener("pointerdown", (pointer) => { drag = { from: moment(pointer), x: pointer.clientX }; });
  lanes.addEventListener("pointermove", hint);
  lanes.addEventListener("pointerup", (pointer) => {
    if (!drag) return;
    const { from, x } = drag, to = moment(pointer);
    drag = null;
    if (Math.abs(pointer.clientX - x) > NEAR) look(Math.min(from, to), Math.max(from, to));
    else if (eventUnder(pointer) >= 0) choose(eventUnder(pointer));
  });
  lanes.addEventListener("dblclick", wholeStory);
  lanes.addEventListener("wheel", (wheel) => {
    // Without the key the page scrolls, as everywhere.
    if (!wheel.ctrlKey && !wheel.metaKey) return;
    wheel.preventDefault();
    zoom(wheel.deltaY > 0 ? 1.25 : 0.8, moment(wheel));
  }, { passive: false });
  const quarter = (sign) => () => look(view.from + (sign * (view.to - view.from)) / 4, view.to + (sign * (view.to - view.from)) / 4);
  const buttons = { closer: () => zoom(0.5), farther: () => zoom(2), earlier: quarter(-1), later: quarter(1), whole: wholeStory };
  for (const [id, act] of Object.entries(buttons)) at(id).addEventListener("click", act);
  at("copy").addEventListener("click", () => {
    // Chosen too, for browsers that let no page of a file write the clipboard.
    getSelection().selectAllChildren(at("command"));
    navigator.clipboard?.writeText(story.command);
  });
  at("shop").addEventListener("change", drawGaps);
  for (const id of ["search", "lane", "trouble", "visible"]) at(id).addEventListener("input", filter);
  at("list").addEventListener("scroll", drawRows);
  at("list").addEventListener("click", (click) => {
    const row = click.target.closest(".row");
    if (row) choose(Number(row.dataset.event));
  });
  at("list").addEventListener("keydown", (key) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[key.key];
    if (!by) return;
    key.preventDefault();
    step(by);
  });
  window.addEventListener("resize", () => { draw(); drawRows(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); draw(); });
}

at("lane").append(...["every lane", ...run.lanes].map((name, index) => {
  const option = element("option", name);
  option.value = index - 1;
  return option;
}));
readColours();
if (run.stories.length) listen();
listStories();
