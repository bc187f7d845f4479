/** What is used of fontkit 2.0, which comes without types. */
declare module 'fontkit' {
  export interface Font {
    readonly unitsPerEm: number
    readonly ascent: number
    hasGlyphForCodePoint(code: number): boolean
    /** Shapes a text; widths in units of the font. */
    layout(text: string): { readonly advanceWidth: number }
  }
  export function create(bytes: Uint8Array): Font
}
