import { fromPromise, newEventLoop } from "@asyncio/asyncio";

const [query, results, state] = ["#query", "#results", "#state"].map((id) =>
  document.querySelector(id)
);

/** The server's answer. Cancelling the task that waits for it aborts the request. */
function request(text) {
  const address = `/search?q=${encodeURIComponent(text)}`;
  return fromPromise(async (signal) => {
    const response = await fetch(address, { signal });
    if (!response.ok) throw new Error(`the server says ${response.status}`);
    return response.json();
  });
}

async function search(text) {
  state.value = `Searching for “${text}” …`;
  try {
    const { found, counts } = await request(text);
    results.replaceChildren(...found.map(item));
    state.value = `${found.length} found. Requests so far: ${counts.begun}, ` +
      `${counts.aborted} of them aborted on the server.`;
  } catch (error) {
    // A cancelled search has nothing more to say: the next one has.
    if (error.name !== "CancelledError") state.value = `Nothing found: ${error.message}.`;
    throw error;
  }
}

function item({ python, here }) {
  const row = document.createElement("li");
  for (const name of [python, here]) {
    row.append(Object.assign(document.createElement("code"), { textContent: name }));
  }
  return row;
}

const loop = newEventLoop();
loop.setExceptionHandler((_loop, { exception }) => console.warn(exception));
loop.runForever();

let last = null;
query.addEventListener("input", () => {
  last?.cancel();
  results.replaceChildren();
  state.value = "";
  const text = query.value.trim();
  last = text === "" ? null : loop.createTask(() => search(text));
});
