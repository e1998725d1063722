import { answer, onSubmit, show } from "./common.js";

onSubmit("search", "status", async (data) => {
  const { scanned, results } = await answer(`search?${new URLSearchParams(data)}`);
  show("results", results);
  return `${results.length} of ${scanned} passages`;
});

onSubmit("add", "added", async (data, form) => {
  const passage = await answer("passages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(Object.fromEntries(data)),
  });
  form.reset();
  return `Added as passage ${passage.id}`;
});
