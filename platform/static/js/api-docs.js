// Shows the OpenAPI description on the page that names it in data-schema.
const place = document.getElementById("api-docs");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  requestInterceptor(request) {
    // A fresh key for every call tried out by hand, unless the reader typed one.
    const safe = ["GET", "HEAD", "OPTIONS"].includes((request.method || "GET").toUpperCase());
    if (!safe && !request.headers["Idempotency-Key"]) request.headers["Idempotency-Key"] = crypto.randomUUID();
    return request;
  },
});
