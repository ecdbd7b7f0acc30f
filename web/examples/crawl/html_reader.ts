/**
 * Reading HTML: the links in it, and its text.
 *
 * @module
 */
import { Parser } from "htmlparser2";
import { addressOf, isFetchable } from "./address.ts";

/** What {@linkcode readHtml} finds. */
export interface HtmlContents {
  /** The addresses of other pages, images, scripts and so on, each once. */
  readonly links: ReadonlySet<string>;
  /** Links that are no URLs. */
  readonly malformed: ReadonlySet<string>;
  /** The text that a reader sees. */
  readonly text: string;
}

/** Where elements keep the addresses of what they show or lead to. */
const LINKING_ATTRIBUTES: Readonly<Record<string, string>> = {
  a: "href",
  area: "href",
  audio: "src",
  embed: "src",
  frame: "src",
  iframe: "src",
  img: "src",
  link: "href",
  script: "src",
  source: "src",
  track: "src",
  video: "src",
};

const UNSEEN = new Set(["script", "style", "template", "noscript"]);

/**
 * Reads a page.
 *
 * @param html The page.
 * @param address Its address, to which its links are relative unless it says otherwise in a `base`.
 * @returns What is in it.
 */
export function readHtml(html: string, address: string): HtmlContents {
  const links = new Set<string>();
  const malformed = new Set<string>();
  const texts: string[] = [];
  let base = address;
  let unseen = 0;

  const follow = (reference: string): void => {
    const link = addressOf(reference, base);
    if (link === null) malformed.add(reference);
    else if (isFetchable(link)) links.add(link);
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      if (UNSEEN.has(name)) unseen++;
      const { href } = attributes;
      if (name === "base" && href !== undefined) base = addressOf(href, address) ?? address;
      const attribute = LINKING_ATTRIBUTES[name];
      const reference = attribute === undefined ? undefined : attributes[attribute];
      if (reference !== undefined) follow(reference);
    },
    ontext(text) {
      if (unseen === 0) texts.push(text);
    },
    onclosetag(name) {
      if (UNSEEN.has(name)) unseen--;
    },
  });
  parser.end(html);
  // A space for each tag: a word ends where a paragraph does.
  return { links, malformed, text: texts.join(" ") };
}
