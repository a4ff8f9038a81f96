/* Switching the language keeps what was typed: it waits in this tab alone until the page is there again.
   A page that answered a form and has no address of its own (`data-shown-again`) is asked for by that form again. */
(() => {
  const KEPT = "typed-before-language";
  const FRESH_MS = 60_000;
  const NEVER = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

  const isSwitch = (form) => new URL(form.action, location.href).pathname.endsWith("/i18n/setlang/");
  const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !NEVER.has(field.type));

  // A form is known by where it sends to, and by its place among those that send there.
  const forms = () => {
    const seen = new Map();
    return [...document.forms].filter((form) => !isSwitch(form)).map((form) => {
      const path = new URL(form.action, location.href).pathname;
      const place = seen.get(path) ?? 0;
      seen.set(path, place + 1);
      return { form, key: `${path}#${place}` };
    });
  };

  const valueOf = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked;
    if (field.type === "select-multiple") return [...field.options].map((option) => option.selected);
    return field.value;
  };

  const restore = (field, value) => {
    if (field.type === "checkbox" || field.type === "radio") field.checked = value;
    else if (field.type === "select-multiple") value.forEach((on, at) => { if (field.options[at]) field.options[at].selected = on; });
    else field.value = value;
  };

  document.addEventListener("submit", (event) => {
    if (!isSwitch(event.target)) return;
    const again = document.querySelector("form[data-shown-again]");
    if (again) {
      event.preventDefault();
      const chosen = new FormData(event.target, event.submitter);
      fetch(event.target.action, { method: "POST", body: chosen, redirect: "manual" }).then(() => again.submit());
      return;
    }
    const typed = Object.fromEntries(
      forms().map(({ form, key }) => [key, fieldsOf(form).map((field) => [field.name, valueOf(field)])]),
    );
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ at: Date.now(), typed }));
    } catch {
      // A full or forbidden storage keeps nothing; the switch works all the same.
    }
  });

  const kept = (() => {
    try {
      const text = sessionStorage.getItem(KEPT);
      sessionStorage.removeItem(KEPT);
      return text ? JSON.parse(text) : null;
    } catch {
      return null;
    }
  })();
  if (!kept || Date.now() - kept.at > FRESH_MS) return;
  for (const { form, key } of forms()) {
    const fields = fieldsOf(form);
    const typed = kept.typed[key] ?? [];
    // The form may have lost or gained fields, as those a refusal asked for: what still has its place is filled in.
    for (const field of fields) {
      const at = typed.findIndex(([name]) => name === field.name);
      if (at < 0) continue;
      const [[, value]] = typed.splice(at, 1);
      const changes = JSON.stringify(valueOf(field)) !== JSON.stringify(value);
      restore(field, value);
      // What was typed is seen again, in the fold it was typed in.
      if (changes) field.closest("details")?.setAttribute("open", "");
    }
  }
})();
