import Foundation
import Testing
import YuandianCore

@Suite struct CoreBinding {
    @Test func aSynchronousCallReachesTheRealLibrary() {
        #expect(coreVersion().name == "yuandian-ffi")
    }

    @Test func anAsyncCallReturnsARecord() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let photo = folder.appendingPathComponent("现场.jpg")
        try Data(count: 1_234).write(to: photo)
        #expect(try await fileFacts(path: photo.path) == FileFacts(path: photo.path, lengthBytes: 1_234))
    }

    @Test func anErrorKeepsItsVariantAndItsFields() async {
        let missing = "/没有/这个/文件.jpg"
        await #expect(throws: CoreError.NoFile(path: missing)) { try await fileFacts(path: missing) }
    }
}
