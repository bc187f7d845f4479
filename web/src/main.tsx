import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import './app/global.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './app/query-client.ts'
import { renewPageAfterUpgrade } from './app/renew-page.ts'
import { createAppRouter } from './app/router.tsx'
import { cssVariables, theme } from './app/theme.ts'
import { startI18n } from './i18n/index.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

renewPageAfterUpgrade()
await startI18n()
const queryClient = createQueryClient({ onSessionOver: () => void router.invalidate() })
const router = createAppRouter(queryClient)

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        {/* at the top: below is where people write */}
        <Notifications position="top-center" limit={4} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
