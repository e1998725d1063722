import { answer, element, onSubmit, show } from "./common.js";

onSubmit("ask", "status", async (data) => {
  const { answer: text, sources } = await answer(`answers?${new URLSearchParams(data)}`);
  element("answer").textContent = text ?? "";
  show("sources", sources);
  return text === null
    ? "No chat model is configured (demo.chat.base-url): these passages are nearest to the question"
    : `Answered from ${sources.length} passages`;
});
