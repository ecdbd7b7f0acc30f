/**
 * Answering other pages of the same origin, on a broadcast channel. Pages have no numbers: a question goes to
 * all of them, and nobody knows how many will answer.
 *
 * @module
 */
import type { HostInspector, Inquiry, InspectorAnswer, InspectorService } from "../inspector.ts";

const CHANNEL = "asyncio-inspector";

interface Question {
  readonly kind: "question";
  readonly id: string;
}

interface Answer extends InspectorAnswer {
  readonly kind: "answer";
  /** The question's. */
  readonly id: string;
}

/** Makes a browser's. */
export function browserInspector(): HostInspector {
  return {
    refusal() {
      return typeof BroadcastChannel === "undefined"
        ? "this browser has no BroadcastChannel"
        : null;
    },
    serve,
    ask: (_pid, milliseconds) => ask(milliseconds),
  };
}

function serve(answer: () => string): InspectorService {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Question | Answer>) => {
    if (data.kind !== "question") return;
    const message: Answer = { kind: "answer", id: data.id, from: location.href, text: answer() };
    channel.postMessage(message);
  };
  return {
    close() {
      channel.close();
      return Promise.resolve();
    },
  };
}

async function ask(milliseconds: number): Promise<Inquiry> {
  const id = String(Math.random());
  const channel = new BroadcastChannel(CHANNEL);
  const answers: InspectorAnswer[] = [];
  channel.onmessage = ({ data }: MessageEvent<Question | Answer>) => {
    if (data.kind === "answer" && data.id === id) {
      answers.push({ from: data.from, text: data.text });
    }
  };
  const question: Question = { kind: "question", id };
  channel.postMessage(question);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  channel.close();
  answers.sort((one, other) => one.from < other.from ? -1 : 1);
  return { answers, late: 0, places: ["the pages of this origin"] };
}
