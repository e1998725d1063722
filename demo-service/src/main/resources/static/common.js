export const element = (id) => document.getElementById(id);

export async function answer(url, options) {
  const response = await fetch(url, options);
  const body = await response.json();
  if (!response.ok) {
    throw new Error(body.detail ?? `The server answered ${response.status}`);
  }
  return body;
}

function child(parent, name, className, text) {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  parent.append(node);
}

export function show(list, results) {
  element(list).replaceChildren(
    ...results.map(({ score, passage }) => {
      const item = document.createElement("li");
      child(item, "strong", "title", passage.title);
      child(item, "span", "score", score.toFixed(3));
      child(item, "p", "text", passage.text);
      child(item, "p", "source", passage.source);
      return item;
    }),
  );
}

export function onSubmit(form, status, action) {
  element(form).addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.target.querySelector("button");
    button.disabled = true;
    try {
      element(status).textContent = await action(new FormData(event.target), event.target);
      element(status).classList.remove("error");
    } catch (error) {
      element(status).textContent = error.message;
      element(status).classList.add("error");
    } finally {
      button.disabled = false;
    }
  });
}
