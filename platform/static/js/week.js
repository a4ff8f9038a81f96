// The week of one instrument: a press inside free time chooses the time under the pointer, drawing chooses from there to
// here; an own booking is drawn to another time, which is judged first. The phone bar gives way to the form. Without
// script a free stretch is a link to its beginning, an own booking one to its page.
(() => {
  const minute = 60_000;
  const local = (moment) => new Date(moment + 8 * 60 * minute).toISOString().slice(0, 19) + "+08:00";

  const wish = (link, week, event) => {
    const step = Number(week.dataset.step) * minute;
    const length = Number(week.dataset.minutes) * minute;
    const [from, to] = [Date.parse(link.dataset.start), Date.parse(link.dataset.end)];
    const box = link.getBoundingClientRect();
    const under = from + ((event.clientY - box.top) / box.height) * (to - from);
    // Steps are counted from midnight, which is a whole number of steps from any other midnight.
    const midnight = Date.parse(local(from).slice(0, 10) + "T00:00:00+08:00");
    const onGrid = (moment, round) => midnight + round((moment - midnight) / step) * step;
    const last = to - length;
    const start = Math.max(onGrid(from, Math.ceil), Math.min(onGrid(under, Math.floor), onGrid(last, Math.floor)));
    return new URLSearchParams({ start: local(start), end: local(start + length) });
  };

  // What stands in the form follows what is chosen; without the form in the page the whole page does.
  const choose = (week, query) => {
    const page = `${week.dataset.page}?${query}`;
    if (!window.htmx || !document.querySelector("#booking form") || document.querySelector(".refused")) {
      window.location.assign(`${page}#book`);
      return;
    }
    window.history.replaceState(null, "", page);
    const typed = [...document.querySelectorAll("#booking [name^=purpose]")].map((field) => [field.name, field.value]);
    window.htmx.ajax("GET", page, { target: "#booking", swap: "outerHTML" }).then(() => {
      for (const [name, value] of typed) {
        const field = document.querySelector(`#booking [name="${name}"]`);
        if (field) field.value = value;
      }
      document.querySelector("#book")?.scrollIntoView({ block: "nearest" });
    });
    window.htmx.ajax("GET", `${week.dataset.self}${new URL(page, window.location).search}`, {
      target: "#week",
      swap: "outerHTML",
    });
  };

  // An own booking's new time is judged by the server before anything is done.
  const judge = (week, booking, start, end) => {
    const query = new URLSearchParams({ moves: booking, to: `${start}/${end}` });
    window.htmx.ajax("GET", `${week.dataset.quote}?${query}`, { target: "#week-moving", swap: "outerHTML" }).then(() => {
      show();
      document.querySelector("#week-moving button:not([hidden])")?.focus();
    });
  };

  const show = () => {
    for (const element of document.querySelectorAll("#week [data-needs-script]")) element.hidden = false;
  };
  show();
  document.addEventListener("htmx:afterSettle", show);

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-let-be]")) {
      document.querySelector("#week-moving").replaceChildren();
      erase();
      return;
    }
    const link = event.target.closest?.("[data-week] a.k-free");
    // A press by keyboard has no place; it follows the link.
    if (!link || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const week = link.closest("[data-week]");
    choose(week, wish(link, week, event));
  });

  // One time is being drawn: on which day, between which minutes after midnight, of which booking ("": a new one).
  let drawn = null;
  const clock = (minutes) =>
    `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  const moment = (day, minutes) => local(Date.parse(`${day.dataset.day}T00:00:00+08:00`) + minutes * minute);
  const minutesOf = (day, when) => (Date.parse(when) - Date.parse(`${day.dataset.day}T00:00:00+08:00`)) / minute;
  const edges = (week) => {
    const first = Number(week.dataset.first);
    return [first, first + Number(week.dataset.height) * 60];
  };
  const minuteAt = (week, day, y) => {
    const box = day.getBoundingClientRect();
    const above = Number.parseFloat(getComputedStyle(day).paddingTop);
    const [first, last] = edges(week);
    return first + ((y - box.top - above) / (box.height - above)) * (last - first);
  };
  const erase = () => {
    for (const block of document.querySelectorAll(".week .drawn")) block.remove();
    drawn = null;
  };
  const draw = () => {
    const { week, day, from, to } = drawn;
    for (const block of week.querySelectorAll(".drawn, .k-chosen")) block.remove();
    const block = document.createElement("div");
    block.className = `time k-chosen drawn r${(from - edges(week)[0]) / 15} n${(to - from) / 15}`;
    block.textContent = `${clock(from)}–${clock(to)}`;
    day.append(block);
  };
  const finish = () => {
    const { week, day, from, to, booking } = drawn;
    if (booking) judge(week, booking, moment(day, from), moment(day, to));
    else choose(week, new URLSearchParams({ start: moment(day, from), end: moment(day, to) }));
  };

  // Mouse and pen draw; a finger scrolls, and chooses by a touch.
  let held = null;
  let swallow = false;
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("[data-week]")) event.preventDefault();
  });
  document.addEventListener("pointerdown", (event) => {
    swallow = false;
    const link = event.target.closest?.("[data-week] a:is(.k-free, [data-moves])");
    if (!link || event.button !== 0 || event.pointerType === "touch" || !window.htmx) return;
    const week = link.closest("[data-week]");
    const day = link.closest(".day");
    const at = minuteAt(week, day, event.clientY);
    const [from, to] = [minutesOf(day, link.dataset.start), minutesOf(day, link.dataset.end)];
    const low = link.getBoundingClientRect().bottom - event.clientY < 8;
    const kind = link.dataset.moves ? (low ? "end" : "move") : "new";
    held = { kind, week, day, at, from, to, booking: link.dataset.moves || "", x: event.clientX, y: event.clientY };
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!drawn && Math.abs(event.clientY - held.y) + Math.abs(event.clientX - held.x) < 6) return;
    const { kind, week, booking } = held;
    const step = Number(week.dataset.step);
    const [first, last] = edges(week);
    const snap = (minutes, round = Math.round) => round(minutes / step) * step;
    const days = [...week.querySelectorAll(".day")];
    const under = days.find((one) => {
      const box = one.getBoundingClientRect();
      return event.clientX >= box.left && event.clientX < box.right;
    });
    const day = kind === "move" ? under || held.day : held.day;
    const at = minuteAt(week, day, event.clientY);
    let { from, to } = held;
    if (kind === "new") {
      from = snap(Math.min(at, held.at), Math.floor);
      to = Math.max(snap(Math.max(at, held.at), Math.ceil), from + step);
    } else if (kind === "end") {
      to = Math.max(snap(at), from + step);
    } else {
      const length = to - from;
      from = Math.min(Math.max(snap(from + at - held.at), first), last - length);
      to = from + length;
    }
    drawn = { week, day, from: Math.max(from, first), to: Math.min(to, last), booking };
    draw();
  });
  document.addEventListener("pointerup", () => {
    if (held && drawn) {
      swallow = true;
      finish();
    }
    held = null;
  });
  document.addEventListener(
    "click",
    (event) => {
      if (!swallow || !event.target.closest?.("[data-week]")) return;
      swallow = false;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  // Keys: arrows draw, Shift with an arrow moves the end, M takes an own booking up, Enter ends, Escape leaves.
  const begin = (week) => {
    const link = document.activeElement.closest("[data-week] a:is(.k-free, [data-moves])");
    const spot = link || week.querySelector("a.k-free");
    if (!spot) return null;
    const day = spot.closest(".day");
    const from = Math.ceil(minutesOf(day, spot.dataset.start) / Number(week.dataset.step)) * Number(week.dataset.step);
    return { week, day, from, to: from + Number(week.dataset.minutes), booking: "" };
  };
  const say = (week, hint) => {
    const { day, from, to } = drawn;
    document.querySelector("#week-voice").textContent = `${day.dataset.said} ${clock(from)}–${clock(to)}. ${hint}`;
  };
  const take = (week, link) => {
    const day = link.closest(".day");
    const [from, to] = [minutesOf(day, link.dataset.start), minutesOf(day, link.dataset.end)];
    drawn = { week, day, from, to, booking: link.dataset.moves };
  };
  const step = (week, key, shift) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[key] * Number(week.dataset.step) || 0;
    const days = [...week.querySelectorAll(".day")];
    const [first, last] = edges(week);
    if (shift) drawn.to = Math.min(Math.max(drawn.to + by, drawn.from + Number(week.dataset.step)), last);
    else if (by && drawn.from + by >= first && drawn.to + by <= last) {
      drawn.from += by;
      drawn.to += by;
    } else if (!by) {
      const to = days.indexOf(drawn.day) + (key === "ArrowRight" ? 1 : -1);
      drawn.day = days[Math.min(Math.max(to, 0), days.length - 1)];
    }
  };
  document.addEventListener("keydown", (event) => {
    const week = event.target.closest?.("[data-week]");
    if (!week || event.ctrlKey || event.metaKey || event.altKey || !window.htmx) return;
    const own = event.target.closest("[data-moves]");
    if (event.key.startsWith("Arrow")) {
      if (drawn) step(week, event.key, event.shiftKey);
      else drawn = begin(week);
      if (!drawn) return;
      draw();
      say(week, week.dataset.hint);
      week.focus({ preventScroll: true });
    } else if (event.key.toLowerCase() === "m" && own) {
      take(week, own);
      draw();
      say(week, week.dataset.takes);
      week.focus({ preventScroll: true });
    } else if (event.key === "Enter" && drawn) finish();
    else if (event.key === "Escape" && drawn) erase();
    else return;
    event.preventDefault();
  });

  // Going to the form's place in the page takes the focus from what has to be read first; give it back.
  window.addEventListener("pageshow", () => document.querySelector("[data-focus]")?.focus());

  const bar = document.querySelector("[data-hide-beside]");
  const form = bar && document.querySelector(bar.dataset.hideBeside);
  if (form && "IntersectionObserver" in window) {
    new IntersectionObserver(([seen]) => bar.classList.toggle("away", seen.isIntersecting)).observe(form);
  }
})();
