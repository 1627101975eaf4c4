// @tus/server on a free port, its files in DIR. Says its URL on the first line and serves until killed.
import { createRequire } from 'node:module'

const require = createRequire(`${process.env.YUANDIAN_PACKAGES}/`)
const { Server } = await import(require.resolve('@tus/server'))
const { FileStore } = await import(require.resolve('@tus/file-store'))
const server = new Server({ path: '/files', datastore: new FileStore({ directory: process.argv[2] }), maxSize: 1_000_000 })
const http = server.listen({ host: '127.0.0.1', port: 0 }, () => {
  console.log(`http://127.0.0.1:${http.address().port}/files`)
})
