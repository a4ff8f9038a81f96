// Shows the OpenAPI description on the page that names it in data-schema, light or dark like the rest of the site.
(() => {
  const root = document.documentElement;
  const place = document.getElementById("api-docs");
  const follow = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
  follow();
  new MutationObserver(follow).observe(root, { attributeFilter: ["data-bs-theme"] });

  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    validatorUrl: null,
    defaultModelsExpandDepth: 0,
    requestInterceptor(request) {
      // A fresh key for every call tried out by hand, unless the reader typed one.
      const safe = ["GET", "HEAD", "OPTIONS"].includes((request.method || "GET").toUpperCase());
      if (!safe && !request.headers["Idempotency-Key"]) {
        request.headers["Idempotency-Key"] = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
          byte.toString(16).padStart(2, "0"),
        ).join("");
      }
      return request;
    },
  });
})();
