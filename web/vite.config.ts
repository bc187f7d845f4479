import react from '@vitejs/plugin-react'
import mantine from 'postcss-preset-mantine'
import { defineConfig } from 'vite'

const SERVER = 'http://127.0.0.1:8480'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  css: { postcss: { plugins: [mantine()] } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would be data: URLs, which the content security policy allows for images only.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // Few files instead of fifty: what nearly every screen needs, what several need, and one file a screen.
        codeSplitting: {
          groups: [
            {
              name: 'framework',
              test: /node_modules.((react|react-dom|scheduler|i18next|react-i18next)[\\/]|@tanstack.(?!.*virtual))/,
              priority: 3,
            },
            // Forms stand on screens that are opened rarely.
            {
              name: 'widgets',
              test: /node_modules(?!.@mantine.form|.@tanstack)/,
              priority: 2,
              minShareCount: 9,
            },
            { name: 'shared', test: /src.(shared|i18n)/, priority: 1, minShareCount: 4 },
          ],
        },
      },
    },
  },
  server: {
    port: 5480,
    proxy: { '/api': { target: SERVER, ws: true }, '/log/': SERVER },
  },
})
