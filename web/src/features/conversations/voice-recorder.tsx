import { ActionIcon, Button } from '@mantine/core'
import { IconMicrophone } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounce } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import media from './media.module.css'

const OGG = 'audio/ogg;codecs=opus'
const WEBM = 'audio/webm;codecs=opus'

/** Records a voice in the browser and hands it over as Ogg with Opus, which Telegram shows as a voice message. */
export function VoiceRecorder({ onRecorded }: { onRecorded: (voice: Blob) => void }) {
  const t = useT()
  const format = useFormat()
  const announce = useAnnounce()
  const recorder = useRef<MediaRecorder | null>(null)
  const isKept = useRef(false)
  const [since, setSince] = useState<number | null>(null)
  const [now, setNow] = useState(0)
  useEffect(() => {
    if (since === null) return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [since])
  useEffect(() => () => recorder.current?.stop(), [])

  const begin = async () => {
    const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null)
    if (!stream) return announce(t('media.noMicrophone'))
    const mimeType = MediaRecorder.isTypeSupported(OGG) ? OGG : WEBM
    // before anything is said: what was recorded must not wait for a network
    const convert = mimeType === OGG ? null : (await import('./webm-to-ogg.ts')).webmToOgg
    const active = new MediaRecorder(stream, { mimeType })
    const pieces: Blob[] = []
    active.ondataavailable = event => pieces.push(event.data)
    active.onstop = async () => {
      for (const track of stream.getTracks()) track.stop()
      recorder.current = null
      setSince(null)
      if (!isKept.current) return
      const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer())
      onRecorded(new Blob([convert ? convert(bytes) : bytes], { type: 'audio/ogg' }))
    }
    isKept.current = false
    recorder.current = active
    active.start()
    setSince(Date.now())
    setNow(Date.now())
  }
  const end = (keep: boolean) => {
    isKept.current = keep
    recorder.current?.stop()
  }
  if (since === null) {
    return (
      <ActionIcon
        size="md"
        aria-label={t('media.record')}
        title={t('media.record')}
        onClick={() => void begin()}
      >
        <IconMicrophone size={18} stroke={1.7} />
      </ActionIcon>
    )
  }
  return (
    <div className={media.recording} role="status">
      <span className={media.pulse} aria-hidden />
      <span>
        {t('media.recording')} {format.span(now - since)}
      </span>
      <Button size="compact-sm" onClick={() => end(true)}>
        {t('media.keepRecording')}
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={() => end(false)}>
        {t('action.cancel')}
      </Button>
    </div>
  )
}
