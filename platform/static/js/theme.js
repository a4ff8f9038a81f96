/* Sets the colour scheme before the first paint. The choice lies in a cookie, so that the server knows it too. */
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => (document.cookie.match(/(?:^|; )theme=(light|dark)/) || [])[1] || "auto";
  const apply = () => {
    const theme = chosen();
    root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    root.dataset.themeChoice = theme;
  };
  dark.addEventListener("change", apply);
  window.openInstrumentsTheme = {
    chosen,
    choose(theme) {
      const age = theme === "auto" ? 0 : 31536000;
      document.cookie = `theme=${theme}; path=/; max-age=${age}; SameSite=Lax`;
      apply();
    },
  };
  apply();
})();
