/**
 * The browsers: found where they are usually installed, installed where they are not, and started.
 *
 * @module
 */

import { type Browser, chromium, firefox, type LaunchOptions } from "playwright-core";
import config from "../../deno.json" with { type: "json" };

/** Playwright's command line, of the version that the tests import. */
const PLAYWRIGHT = config.imports["playwright-core"];

/** A browser that the tests run in. */
export type BrowserName = "chromium" | "firefox";

/** All of them, in the order of the runs. */
export const BROWSERS: readonly BrowserName[] = ["chromium", "firefox"];

interface BrowserFacts {
  /** Its executable's names, to be looked up in `PATH`. */
  names: string[];
  /** Where its executable usually is. */
  paths: string[];
  /** Debian's package. */
  package: string;
  /** How Playwright starts an installed one; its own needs nothing of the kind. */
  launchInstalled(executablePath: string): Promise<Browser>;
  /** How Playwright starts the one that it brings itself. */
  launchOwn(): Promise<Browser>;
}

// No sandbox, for root has none in Chromium; and none of the connections that it makes on its own.
const CHROMIUM_OPTIONS: LaunchOptions = {
  args: [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

const FACTS: Record<BrowserName, BrowserFacts> = {
  chromium: {
    names: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    paths: [
      "/usr/bin/chromium",
      "/usr/bin/google-chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    package: "chromium",
    launchInstalled: (executablePath) => chromium.launch({ ...CHROMIUM_OPTIONS, executablePath }),
    launchOwn: () => chromium.launch(CHROMIUM_OPTIONS),
  },
  firefox: {
    names: ["firefox-esr", "firefox"],
    paths: ["/usr/bin/firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"],
    package: "firefox-esr",
    // A stock Firefox speaks WebDriver BiDi; only Playwright's own has its private protocol.
    launchInstalled: (executablePath) => firefox.launch({ channel: "moz-firefox", executablePath }),
    launchOwn: () => firefox.launch(),
  },
};

/** Starts a browser. */
export type Launch = () => Promise<Browser>;

/**
 * Finds browsers, and installs those that are missing: as root with apt, else as Playwright's own.
 *
 * @param wanted Their names.
 * @param say Takes a line on each step of an installation.
 * @returns How each is started, or in a line why it cannot be and how to help.
 */
export async function provideBrowsers(
  wanted: readonly BrowserName[],
  say: (line: string) => void,
): Promise<Map<BrowserName, Launch | string>> {
  const launches = new Map<BrowserName, Launch | string>();
  const missing = async (): Promise<BrowserName[]> => {
    for (const name of wanted) {
      const launch = launches.get(name);
      if (typeof launch === "function") continue;
      const found = await findBrowser(name);
      if (found !== null) launches.set(name, () => FACTS[name].launchInstalled(found));
    }
    return wanted.filter((name) => !launches.has(name));
  };

  let left = await missing();
  if (left.length > 0 && await canUseApt()) {
    const packages = left.map((name) => FACTS[name].package);
    say(`Installing ${packages.join(" and ")} with apt-get`);
    const isUpdated = await succeeds("apt-get", ["update"], say);
    if (isUpdated) await succeeds("apt-get", ["install", "-y", ...packages], say);
    left = await missing();
  }
  if (left.length > 0) {
    say(`Installing Playwright's own ${left.join(" and ")}`);
    const command = ["run", "-A", PLAYWRIGHT, "install", ...left];
    const isInstalled = await succeeds(Deno.execPath(), command, say);
    for (const name of left) {
      launches.set(name, isInstalled ? FACTS[name].launchOwn : howToInstall(name));
    }
  }
  return launches;
}

function howToInstall(name: BrowserName): string {
  return `${name} is not here and could not be installed. As root on Debian: apt-get install ` +
    `${FACTS[name].package}; elsewhere: deno run -A ${PLAYWRIGHT} install --with-deps ${name}`;
}

/** Looks for an executable that works: Ubuntu has a `firefox` that only says to install a snap. */
async function findBrowser(name: BrowserName): Promise<string | null> {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const inPath = FACTS[name].names.flatMap((file) => folders.map((folder) => `${folder}/${file}`));
  for (const path of [...FACTS[name].paths, ...inPath]) {
    const isFile = await Deno.stat(path).then((info) => info.isFile, () => false);
    if (isFile && await succeeds(path, ["--version"], () => {})) return path;
  }
  return null;
}

async function canUseApt(): Promise<boolean> {
  return Deno.build.os === "linux" && Deno.uid() === 0 &&
    await succeeds("apt-get", ["--version"], () => {});
}

/** Runs a command; says its last words when it fails. */
async function succeeds(
  command: string,
  args: string[],
  say: (line: string) => void,
): Promise<boolean> {
  try {
    const { success, stderr } = await new Deno.Command(command, {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) say(new TextDecoder().decode(stderr).trimEnd().split("\n").slice(-5).join("\n"));
    return success;
  } catch (error) {
    say(String(error));
    return false;
  }
}
