import DNSWire
import Serving
import TestSupport
import Testing

@Suite struct FileMappingTests {
    @Test func filesAreMappedWhole() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3, 4, 5], to: "file")
        let mapping = try FileMapping.reading(path)
        #expect(mapping.count == 5)
        #expect([1, 2, 3, 4, 5].withView { mapping.view.equals($0) })
    }

    @Test func missingAndEmptyFilesAreErrors() throws {
        let folder = try TemporaryFolder()
        #expect(throws: ImageError.self) { try FileMapping.reading(folder.path + "/none") }
        let empty = try folder.write([], to: "empty")
        #expect(throws: ImageError.self) { try FileMapping.reading(empty) }
        #expect(throws: ImageError.self) { try FileMapping.reading(folder.path) }
    }

    @Test func loadedImagesAreChecked() throws {
        let folder = try TemporaryFolder()
        let bytes = try TestZone.image(generation: 5)
        let path = try folder.write(bytes, to: "image-5")
        #expect(Plane.imagePath(folder: folder.path, file: 5) == path)
        #expect(try LoadedImage(path: path).image.generation == 5)
        let cut = try folder.write(Array(bytes.dropLast(8)), to: "image-6")
        #expect(throws: ImageError.self) { try LoadedImage(path: cut) }
    }
}
