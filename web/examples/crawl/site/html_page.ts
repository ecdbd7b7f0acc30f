/**
 * Pages, as the site that the crawler serves itself has them.
 *
 * @module
 */

/** A page before it is an HTTP response. */
export interface SitePage {
  /** The media type. */
  readonly type: string;
  /** The body. */
  readonly content: BodyInit;
}

/**
 * Makes a page of HTML.
 *
 * @param title The title, as text.
 * @param body What is in it, as HTML.
 * @returns The page.
 */
export function htmlPage(title: string, body: string): SitePage {
  const content = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`;
  return { type: "text/html; charset=utf-8", content };
}

/** Writes text so that it stands for itself in HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text.replace(/[&<>"]/g, (character) => `&${entities[character]};`);
}
