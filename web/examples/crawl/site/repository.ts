/**
 * The files of this repository as pages of HTML.
 *
 * @module
 */
import { marked } from "marked";
import { extname, join, relative, resolve, sep } from "node:path";
import { escapeHtml, htmlPage, type SitePage } from "./html_page.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../../../..");

/** What is not the repository's own, or made from it. */
const LEFT_OUT = new Set([".git", ".cache", "_generated", "dist", "node_modules"]);

/** Files that are sent as they are. */
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

/** Finds every file of the repository: paths from its root, with `/` between the names. */
export async function listRepository(folder: string = ROOT): Promise<Set<string>> {
  const paths = new Set<string>();
  for await (const entry of Deno.readDir(folder)) {
    if (LEFT_OUT.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isFile) paths.add(relative(ROOT, path).replaceAll(sep, "/"));
    else if (entry.isDirectory) {
      for (const inner of await listRepository(path)) paths.add(inner);
    }
  }
  return paths;
}

/** Tells whether a path is that of a folder with files in it. */
export function isFolder(path: string, paths: ReadonlySet<string>): boolean {
  return paths.values().some((file) => file.startsWith(`${path}/`));
}

/**
 * Makes the page of a file or a folder.
 *
 * @param path The path from the root; a folder's ends with a slash, and the root's is empty.
 * @param paths All files.
 * @returns The page, or `null` if there is no such file.
 */
export async function repositoryPage(
  path: string,
  paths: ReadonlySet<string>,
): Promise<SitePage | null> {
  if (path === "" || path.endsWith("/")) return folderPage(path, paths);
  if (!paths.has(path)) return null;
  const type = TYPES[extname(path)];
  if (type !== undefined) return { type, content: await Deno.readFile(join(ROOT, path)) };
  const text = await Deno.readTextFile(join(ROOT, path));
  const body = path.endsWith(".md")
    ? await marked.parse(text)
    : `<pre>${linkImports(escapeHtml(text), path, paths)}</pre>`;
  return htmlPage(path, `${wayUp(path)}${body}`);
}

function folderPage(folder: string, paths: ReadonlySet<string>): SitePage | null {
  const names = new Set<string>();
  for (const path of paths) {
    if (path.startsWith(folder)) names.add(/^[^/]+\/?/.exec(path.slice(folder.length))![0]);
  }
  if (names.size === 0) return null;
  const items = [...names].sort().map((name) => `<li>${linkTo(`./${name}`, name)}</li>`);
  return htmlPage(`/${folder}`, `${wayUp(folder)}<ul>${items.join("\n")}</ul>`);
}

/** Links to each of the folders that a path leads through, counted from where it is. */
function wayUp(path: string): string {
  const names = ["files", ...path.split("/").slice(0, -1)];
  const links = names.map((name, index) =>
    linkTo(`./${"../".repeat(names.length - 1 - index)}`, name)
  );
  return `<nav>${[linkTo("/", "Home"), ...links].join(" / ")}</nav>`;
}

/** Makes links of the modules that a module names, where they are files of the repository. */
function linkImports(escaped: string, path: string, paths: ReadonlySet<string>): string {
  return escaped.replace(/&quot;(\.\.?\/[^&\s]+)&quot;/g, (whole, specifier: string) => {
    const { pathname } = new URL(specifier, `file:///${path}`);
    return paths.has(pathname.slice(1)) ? linkTo(specifier, whole) : whole;
  });
}

function linkTo(href: string, html: string): string {
  return `<a href="${escapeHtml(href)}">${html}</a>`;
}
