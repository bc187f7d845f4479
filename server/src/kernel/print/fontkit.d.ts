/** What is used of fontkit 2.0, which comes without types. */
declare module 'fontkit' {
  /** OpenType features to switch on, or on and off. */
  export type Shaping = readonly string[] | Readonly<Record<string, boolean>>
  export interface Font {
    readonly postscriptName: string
    readonly unitsPerEm: number
    readonly ascent: number
    hasGlyphForCodePoint(code: number): boolean
    /** Shapes a text; widths in units of the font. */
    layout(text: string, shaping?: Shaping): { readonly advanceWidth: number }
  }
  /** `instance`: a named weight of a variable font. */
  export function create(bytes: Uint8Array, instance?: string): Font
}
