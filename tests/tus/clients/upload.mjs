// tus-js-client against a server: URL TOKEN FILE SHA256 STOP_AT [UPLOAD_URL]. Says {"url", "sent"} on its last line.
import { createRequire } from 'node:module'
import { createReadStream, statSync } from 'node:fs'

const tus = createRequire(`${process.env.YUANDIAN_PACKAGES}/`)('tus-js-client')
const [url, token, file, sha256, stopAt, uploadUrl] = process.argv.slice(2)
const size = statSync(file).size
let sent = 0

const say = (upload) => {
  console.log(JSON.stringify({ url: upload.url, sent }))
  process.exit(0)
}

const upload = new tus.Upload(createReadStream(file), {
  endpoint: url,
  uploadUrl: uploadUrl || null,
  uploadSize: size,
  chunkSize: 500_000,
  // No pause between tries: the link is bad on purpose, and it is not time that heals it.
  retryDelays: Array(40).fill(10),
  // Made with the token; an address needs none.
  onBeforeRequest: (request) => {
    if (request.getMethod() === 'POST') request.setHeader('Authorization', `Bearer ${token}`)
  },
  metadata: { filename: 'photo.jpg', sha256 },
  onError: (error) => {
    console.error(String(error))
    process.exit(1)
  },
  onChunkComplete: (_, accepted) => {
    sent = accepted
    if (accepted >= Number(stopAt) && accepted < size) upload.abort().then(() => say(upload))
  },
  onSuccess: () => say(upload),
})
upload.start()
