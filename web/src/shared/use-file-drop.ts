import { useEffect, useRef, useState } from 'react'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/**
 * Lets files be dropped anywhere on the page; true while some are held above it. A browser would otherwise leave the page
 * for a file that misses its place.
 */
export function useFileDrop(onFiles: (files: File[]) => void): boolean {
  const [isOver, setOver] = useState(false)
  const take = useRef(onFiles)
  useEffect(() => {
    take.current = onFiles
  })
  useEffect(() => {
    const ending = new AbortController()
    const on = (type: 'dragover' | 'dragleave' | 'drop', handle: (event: DragEvent) => void) =>
      window.addEventListener(type, event => carriesFiles(event) && handle(event), { signal: ending.signal })
    on('dragover', event => {
      event.preventDefault()
      setOver(true)
    })
    // leaving for nowhere is leaving the window
    on('dragleave', event => event.relatedTarget === null && setOver(false))
    on('drop', event => {
      event.preventDefault()
      setOver(false)
      take.current([...(event.dataTransfer?.files ?? [])])
    })
    return () => ending.abort()
  }, [])
  return isOver
}
