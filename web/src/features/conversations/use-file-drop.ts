import { useState } from 'react'

/** Lets files be dropped on an element; `isOver` while some are held above it. */
export function useFileDrop(onFiles: (files: File[]) => void) {
  const [isOver, setOver] = useState(false)
  const carriesFiles = (event: React.DragEvent) => [...event.dataTransfer.types].includes('Files')
  return {
    isOver,
    handlers: {
      onDragOver: (event: React.DragEvent) => {
        if (!carriesFiles(event)) return
        event.preventDefault()
        setOver(true)
      },
      onDragLeave: () => setOver(false),
      onDrop: (event: React.DragEvent) => {
        if (!carriesFiles(event)) return
        event.preventDefault()
        setOver(false)
        onFiles([...event.dataTransfer.files])
      },
    },
  }
}
