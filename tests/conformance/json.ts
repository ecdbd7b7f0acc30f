/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object in JSON. */
export interface JsonObject {
  [key: string]: Json;
}
