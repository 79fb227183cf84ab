/** There is neither an identity nor a way to get one. */
export class NobodyYet extends Error {}
