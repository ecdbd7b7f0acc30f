/**
 * The page: a group of tasks, each of which awaits a job of the pool and shows its picture.
 *
 * @module
 */
import {
  asyncWith,
  CancelledError,
  newEventLoop,
  TaskGroup,
  ThreadPoolExecutor,
  workerFunction,
} from "@asyncio/asyncio";

const makeThumbnail = workerFunction(new URL("work.js", import.meta.url), "makeThumbnail");

// What is cancelled is ended at once, with its worker: these jobs look at no signal.
const pool = new ThreadPoolExecutor({
  maxWorkers: navigator.hardwareConcurrency,
  terminateAfter: 0,
});

const form = document.querySelector("form");
const start = document.querySelector("#start");
const cancel = document.querySelector("#cancel");
const progress = document.querySelector("#progress");
const status = document.querySelector("#status");
const pictures = document.querySelector("#pictures");

/** Makes so many pictures, and shows each as it comes. */
function* makePictures(count) {
  const began = performance.now();
  const frames = watchFrames();
  let made = 0;
  const say = (what) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    status.value = `${what} ${made} of ${count}, ${seconds} s, ` +
      `longest time between two frames ${frames.longest().toFixed(0)} ms`;
  };
  progress.max = count;
  progress.value = 0;
  pictures.replaceChildren();
  say("Making");
  try {
    yield* asyncWith(new TaskGroup(), function* (group) {
      for (let seed = 1; seed <= count; seed++) {
        group.createTask(function* () {
          show(yield* pool.submit(makeThumbnail, seed));
          progress.value = ++made;
          say("Making");
        });
      }
    });
    say("Made");
  } catch (error) {
    say(error instanceof CancelledError ? "Cancelled at" : `${error} at`);
  } finally {
    frames.stop();
  }
}

function show({ width, height, pixels, hash }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  const caption = document.createElement("code");
  caption.textContent = hash.slice(0, 16);
  const item = document.createElement("li");
  item.append(canvas, caption);
  pictures.append(item);
}

/** Watches the page's frames: how long it was busy with something else, at most. */
function watchFrames() {
  let longest = 0;
  let last = performance.now();
  let next = requestAnimationFrame(function onFrame(now) {
    longest = Math.max(longest, now - last);
    last = now;
    next = requestAnimationFrame(onFrame);
  });
  return { longest: () => longest, stop: () => cancelAnimationFrame(next) };
}

const loop = newEventLoop();
let task = null;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  task = loop.createTask(makePictures(Number(document.querySelector("#count").value)));
  start.disabled = true;
  cancel.disabled = false;
  await loop.runUntilComplete(task);
  start.disabled = false;
  cancel.disabled = true;
});

cancel.addEventListener("click", () => task.cancel());
start.disabled = false;
