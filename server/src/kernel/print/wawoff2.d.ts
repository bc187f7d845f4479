/** What is used of wawoff2 2.0, which comes without types: WebAssembly as emscripten loads it. */
declare module 'wawoff2/build/decompress_binding.js' {
  const binding: {
    /** Set once it can be called. */
    readonly calledRun?: boolean
    onRuntimeInitialized?: () => void
    /** WOFF2 to TrueType in memory that the next call uses again; false when it is no font. */
    decompress(bytes: Uint8Array): Uint8Array | false
  }
  // biome-ignore lint/style/noDefaultExport: it is what the package gives
  export default binding
}
