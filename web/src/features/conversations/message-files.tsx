import { Skeleton, UnstyledButton } from '@mantine/core'
import { IconDownload, IconFile, IconFileOff, IconLock } from '@tabler/icons-react'
import type { Message } from '@tracedesk/contracts'
import { lazy, Suspense, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import media from './media.module.css'

export type MessageFile = Message['files'][number]

const AnimatedSticker = lazy(() =>
  import('./animated-sticker.tsx').then(module => ({ default: module.AnimatedSticker })),
)

/** Files of a message, or of a whole album: pictures beside each other, everything else below. */
export function MessageFiles({ files }: { files: readonly MessageFile[] }) {
  const isVisual = ({ kind, state }: MessageFile) =>
    (kind === 'photo' || kind === 'video' || kind === 'animation') && state !== 'failed'
  const visuals = files.filter(isVisual)
  const others = files.filter(file => !isVisual(file))
  return (
    <>
      {visuals.length > 0 && (
        <div className={media.grid} data-count={Math.min(visuals.length, 3)}>
          {visuals.map(file => (
            <Visual key={file.id} file={file} />
          ))}
        </div>
      )}
      {others.map(file => (
        <OtherFile key={file.id} file={file} />
      ))}
    </>
  )
}

const ratioOf = ({ width, height }: MessageFile): React.CSSProperties =>
  width && height ? { aspectRatio: `${width} / ${height}` } : { aspectRatio: '4 / 3' }

/** The address with the name it is saved under. */
const addressOf = ({ link, name, kind }: MessageFile, save = false): string =>
  `${link}?${new URLSearchParams({ name: name ?? kind, ...(save && { save: '1' }) })}`

function Visual({ file }: { file: MessageFile }) {
  const t = useT()
  const [isHidden, setHidden] = useState(file.spoiler)
  if (file.state !== 'stored' || file.link === null) return <Missing file={file} />
  if (isHidden) {
    return (
      <UnstyledButton className={media.covered} style={ratioOf(file)} onClick={() => setHidden(false)}>
        {t('media.spoiler')}
      </UnstyledButton>
    )
  }
  if (file.type?.startsWith('image/')) return <Picture file={file} />
  if (!file.type?.startsWith('video/')) return <FileRow file={file} />
  return (
    <video
      className={media.video}
      style={ratioOf(file)}
      src={addressOf(file)}
      controls={file.kind === 'video'}
      {...(file.kind === 'animation' && { loop: true, muted: true, autoPlay: true, playsInline: true })}
      preload="metadata"
      aria-label={file.name ?? t(`kind.${file.kind}`)}
    />
  )
}

function Picture({ file }: { file: MessageFile }) {
  const t = useT()
  const [isLarge, setLarge] = useState(false)
  const label = file.name ?? t(`kind.${file.kind}`)
  return (
    <>
      <UnstyledButton
        className={media.picture}
        aria-label={t('media.enlarge')}
        onClick={() => setLarge(true)}
      >
        <img src={addressOf(file)} alt={label} loading="lazy" style={ratioOf(file)} />
      </UnstyledButton>
      <Dialog opened={isLarge} onClose={() => setLarge(false)} title={label} size="auto">
        <img className={media.large} src={addressOf(file)} alt={label} />
        <Save file={file} />
      </Dialog>
    </>
  )
}

function OtherFile({ file }: { file: MessageFile }) {
  const t = useT()
  if (file.state !== 'stored' || file.link === null) return <Missing file={file} />
  const { kind, type } = file
  if (kind === 'sticker') return <Sticker file={file} />
  if (kind === 'video_note' && type?.startsWith('video/')) {
    return (
      // biome-ignore lint/a11y/useMediaCaption: customers' videos come without captions
      <video
        className={media.round}
        src={addressOf(file)}
        controls
        preload="metadata"
        aria-label={t('kind.video_note')}
      />
    )
  }
  if ((kind === 'voice' || kind === 'audio') && type?.startsWith('audio/')) return <Sound file={file} />
  return <FileRow file={file} />
}

function Sound({ file }: { file: MessageFile }) {
  const t = useT()
  return (
    <div className={media.sound}>
      {file.kind === 'audio' && file.name && <bdi className={media.name}>{file.name}</bdi>}
      {/* biome-ignore lint/a11y/useMediaCaption: voices come without captions */}
      <audio src={addressOf(file)} controls preload="metadata" aria-label={t(`kind.${file.kind}`)} />
    </div>
  )
}

function Sticker({ file }: { file: MessageFile }) {
  const t = useT()
  const label = t('kind.sticker')
  if (file.type === 'application/gzip') {
    return (
      <Suspense fallback={<Skeleton width={160} height={160} />}>
        <AnimatedSticker src={addressOf(file)} label={label} />
      </Suspense>
    )
  }
  if (file.type?.startsWith('video/'))
    return (
      <video
        className={media.sticker}
        src={addressOf(file)}
        autoPlay
        loop
        muted
        playsInline
        aria-label={label}
      />
    )
  if (file.type?.startsWith('image/'))
    return <img className={media.sticker} src={addressOf(file)} alt={label} loading="lazy" />
  return <FileRow file={file} />
}

function FileRow({ file }: { file: MessageFile }) {
  const t = useT()
  const format = useFormat()
  return (
    <div className={media.file}>
      <IconFile size={22} stroke={1.5} aria-hidden />
      <div>
        <bdi className={media.name}>{file.name ?? t(`kind.${file.kind}`)}</bdi>
        {file.size !== null && <small>{format.bytes(file.size)}</small>}
      </div>
      <Save file={file} />
    </div>
  )
}

function Save({ file }: { file: MessageFile }) {
  const t = useT()
  return (
    <a
      className={media.save}
      href={addressOf(file, true)}
      download
      aria-label={t('media.save')}
      title={t('media.save')}
    >
      <IconDownload size={17} stroke={1.7} aria-hidden />
    </a>
  )
}

/** A file that is not there (yet), with the reason. */
function Missing({ file }: { file: MessageFile }) {
  const t = useT()
  const format = useFormat()
  const { state, problem, name, size, kind } = file
  if (state === 'waiting') {
    return (
      <div className={media.file} role="status">
        <Skeleton width={22} height={22} />
        <div>
          <bdi className={media.name}>{name ?? t(`kind.${kind}`)}</bdi>
          <small>{t('media.fetching')}</small>
        </div>
      </div>
    )
  }
  const words =
    state === 'failed' && (problem === 'too_large' || problem === 'refused' || problem === 'unreachable')
      ? t(`media.problem.${problem}`)
      : t(`media.state.${state === 'withheld' || state === 'erased' ? state : 'removed'}`)
  const Icon = state === 'withheld' ? IconLock : IconFileOff
  return (
    <div className={media.file} data-missing>
      <Icon size={22} stroke={1.5} aria-hidden />
      <div>
        <bdi className={media.name}>{name ?? t(`kind.${kind}`)}</bdi>
        <small>
          {size !== null && `${format.bytes(size)} · `}
          {words}
        </small>
      </div>
    </div>
  )
}
