/** What `mod.ts` asks of every host, and a page never has. */
interface ImportMeta {
  main: boolean;
}
