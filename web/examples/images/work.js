/**
 * What the threads do: one picture. It needs nothing of asyncio, so a thread loads this file alone.
 *
 * @module
 */

const WIDTH = 640;
const HEIGHT = 480;
const FACTOR = 4;

/**
 * Paints a picture, makes it smaller and hashes the result.
 *
 * @param {number} seed Which picture.
 * @returns {Promise<{ width: number, height: number, pixels: Uint8ClampedArray, hash: string }>}
 */
export async function makeThumbnail(seed) {
  const thumbnail = shrink(paint(seed));
  const digest = await crypto.subtle.digest("SHA-256", thumbnail.pixels);
  const bytes = [...new Uint8Array(digest)];
  return { ...thumbnail, hash: bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("") };
}

/** Waves of a few colours that depend on the seed. */
function paint(seed) {
  const random = makeRandom(seed);
  const waves = Array.from({ length: 6 }, () => ({
    x: (random() - 0.5) / 20,
    y: (random() - 0.5) / 20,
    phase: random() * 2 * Math.PI,
    colour: [random(), random(), random()],
  }));
  const pixels = new Uint8ClampedArray(4 * WIDTH * HEIGHT);
  for (let y = 0, at = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++, at += 4) {
      let [red, green, blue] = [40, 40, 60];
      for (const { x: dx, y: dy, phase, colour } of waves) {
        const level = 55 * (1 + Math.sin(dx * x + dy * y + phase));
        red += level * colour[0];
        green += level * colour[1];
        blue += level * colour[2];
      }
      pixels[at] = red;
      pixels[at + 1] = green;
      pixels[at + 2] = blue;
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}

/** Each pixel of the result is the mean of a square of the picture's. */
function shrink(pixels) {
  const [width, height] = [WIDTH / FACTOR, HEIGHT / FACTOR];
  const small = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let dy = 0; dy < FACTOR; dy++) {
          for (let dx = 0; dx < FACTOR; dx++) {
            sum += pixels[4 * ((FACTOR * y + dy) * WIDTH + FACTOR * x + dx) + channel];
          }
        }
        small[4 * (y * width + x) + channel] = sum / FACTOR ** 2;
      }
    }
  }
  return { width, height, pixels: small };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function makeRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
