import lottie from 'lottie-web/build/player/lottie_light'
import { useEffect, useRef, useState } from 'react'
import media from './media.module.css'

/** A sticker unpacks to some 100 KB; what claims to be more is no sticker. */
const UNPACKED_MAX = 4 * 1024 * 1024

/** Plays a .tgs sticker: gzip around a Lottie animation, drawn without expressions. */
export function AnimatedSticker({ src, label }: { src: string; label: string }) {
  const box = useRef<HTMLDivElement>(null)
  const [isBroken, setBroken] = useState(false)
  useEffect(() => {
    const ending = new AbortController()
    let stop = () => {}
    load(src, ending.signal)
      .then(animationData => {
        if (!box.current || ending.signal.aborted) return
        const still = matchMedia('(prefers-reduced-motion: reduce)').matches
        const player = lottie.loadAnimation({
          container: box.current,
          renderer: 'svg',
          loop: !still,
          autoplay: !still,
          animationData,
        })
        stop = () => player.destroy()
      })
      .catch(() => ending.signal.aborted || setBroken(true))
    return () => {
      ending.abort()
      stop()
    }
  }, [src])
  if (isBroken) return <span className={media.name}>{label}</span>
  return <div ref={box} className={media.sticker} role="img" aria-label={label} />
}

async function load(src: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(src, { signal })
  if (!response.ok || !response.body) throw new Error('the sticker is not there')
  const reader = response.body.pipeThrough(new DecompressionStream('gzip')).getReader()
  const pieces: Uint8Array[] = []
  let size = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length
    if (size > UNPACKED_MAX) {
      await reader.cancel()
      throw new Error('the sticker is too large')
    }
    pieces.push(next.value)
  }
  return JSON.parse(await new Blob(pieces as BlobPart[]).text())
}
