import { Button, FileButton } from '@mantine/core'
import { IconPhoto } from '@tabler/icons-react'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'

const SIDE = 640 // as large as Telegram shows it
const QUALITY = 0.9

/** The middle of a picture as a square JPEG in base64. Rejects when the browser cannot read the file. */
async function squareJpeg(file: File): Promise<string> {
  const picture = await createImageBitmap(file)
  const side = Math.min(picture.width, picture.height)
  const canvas = document.createElement('canvas')
  canvas.width = SIDE
  canvas.height = SIDE
  const brush = canvas.getContext('2d')
  if (!brush) throw new Error('this browser does not draw')
  brush.fillStyle = '#fff' // a JPEG has no see-through
  brush.fillRect(0, 0, SIDE, SIDE)
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2]
  brush.drawImage(picture, left, top, side, side, 0, 0, SIDE, SIDE)
  return canvas.toDataURL('image/jpeg', QUALITY).replace(/^[^,]*,/, '')
}

/** The photo of a bot as Telegram has it, and another instead of it. */
export function BotPhoto({ bot, photo }: { bot: Bot; photo: string | null }) {
  const t = useT()
  const readOnly = !useMay()('bot.set_profile')
  const [isBroken, setBroken] = useState(false)
  const save = useCommand('bot.set_profile', {
    announce: false,
    changes: [['bot.changes', { botId: bot.id }]],
  })
  const choose = async (file: File | null) => {
    if (!file) return
    setBroken(false)
    const next = await squareJpeg(file).catch(() => null) // said below
    if (next === null) setBroken(true)
    else save.mutate({ botId: bot.id, photo: next })
  }
  return (
    <section className={classes.profileForm}>
      <h3>{t('bots.profile.photo')}</h3>
      <div className={classes.photo}>
        {photo ? (
          <img src={photo} alt={t('bots.profile.photo')} />
        ) : (
          <span role="img" aria-label={t('bots.profile.noPhoto')}>
            <IconPhoto size={24} stroke={1.5} aria-hidden />
          </span>
        )}
        <p className={classes.small}>{t('bots.profile.photoText')}</p>
        {!readOnly && (
          <div className={classes.actions}>
            <FileButton accept="image/*" onChange={file => void choose(file)}>
              {props => (
                <Button {...props} size="xs" variant="default" loading={save.isPending}>
                  {t('bots.profile.choosePhoto')}
                </Button>
              )}
            </FileButton>
            {photo && (
              <Button
                size="xs"
                variant="subtle"
                color="red.8"
                className={classes.danger}
                disabled={save.isPending}
                onClick={() => save.mutate({ botId: bot.id, photo: null })}
              >
                {t('bots.profile.removePhoto')}
              </Button>
            )}
          </div>
        )}
      </div>
      {isBroken && <p role="alert">{t('bots.profile.photoBroken')}</p>}
      <Failure error={save.error} />
    </section>
  )
}
