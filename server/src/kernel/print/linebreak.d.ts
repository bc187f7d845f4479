/** What is used of linebreak 1.1 (UAX #14), which comes without types. */
declare module 'linebreak' {
  // biome-ignore lint/style/noDefaultExport: it is what that package exports
  export default class LineBreaker {
    constructor(text: string)
    /** The next place where a line may end, or null at the end of the text. */
    nextBreak(): { position: number; required: boolean } | null
  }
}
