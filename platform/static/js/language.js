/* Switching the language keeps what was typed: it waits in this tab alone until the page is there again. */
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
    // Another form than the one that was left: what was typed fits nowhere in it.
    if (typed.length !== fields.length) continue;
    fields.forEach((field, at) => {
      if (field.name === typed[at][0]) restore(field, typed[at][1]);
    });
  }
})();
