import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // `npm run dev`, while `npm start` runs in another terminal.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8787', changeOrigin: true } } },
});
