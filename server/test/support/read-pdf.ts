import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

/** What a PDF says, page by page, each line as its words are drawn; read by code that did not write it. */
export async function readPdf(
  bytes: Uint8Array,
): Promise<{ pages: string[]; title: string; language: string | null }> {
  const task = getDocument({ data: Uint8Array.from(bytes), verbosity: 0 })
  const document = await task.promise
  const pages: string[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent()
    pages.push(items.map(item => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join(''))
  }
  const { info } = await document.getMetadata()
  await task.destroy()
  const { Title: title, Language: language } = info as { Title: string; Language?: string }
  return { pages, title, language: language ?? null }
}
