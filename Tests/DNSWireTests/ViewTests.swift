import DNSWire
import TestSupport
import Testing

@Suite struct ViewTests {
    @Test func numbersAreReadInTheirOrder() {
        ([1, 2, 3, 4, 5, 6, 7, 8, 9] as [UInt8]).withView { view in
            #expect(view.count == 9)
            #expect(view.byte(8) == 9)
            #expect(view.u16(1) == 0x0203)
            #expect(view.u32(5) == 0x0607_0809)
            #expect(view.native16(1).bigEndian == view.u16(1))
            #expect(view.native32(5).bigEndian == view.u32(5))
            #expect(view.word(1).bigEndian == 0x0203_0405_0607_0809)
            #expect(view.slice(2, 3).byte(0) == 3)
            #expect(view.slice(9, 0).count == 0)
        }
    }

    @Test func numbersAreWrittenInTheirOrder() {
        var bytes = [UInt8](repeating: 0xEE, count: 20)
        bytes.withUnsafeMutableBytes { memory in
            let sink = ByteSink(memory)
            sink.put(1 as UInt8, at: 0)
            sink.put(0x0203 as UInt16, at: 1)
            sink.put(0x0405_0607 as UInt32, at: 3)
            sink.putWord(UInt64(0x0809_0A0B_0C0D_0E0F).bigEndian, at: 7)
            ([16, 17] as [UInt8]).withView { sink.copy($0, at: 15) }
            #expect(sink.view.count == 20)
        }
        #expect(bytes == [UInt8](1...17) + [0xEE, 0xEE, 0xEE])
    }

    /// Views of every length are equal when their bytes are, and no difference is overlooked.
    @Test func equalityLooksAtEveryByte() {
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8($0) }
            #expect(bytes.withView { a in Array(bytes).withView { a.equals($0) } })
            #expect(!bytes.withView { a in (bytes + [0]).withView { a.equals($0) } })
            for changed in 0..<count {
                var other = bytes
                other[changed] ^= 0x80
                #expect(!bytes.withView { a in other.withView { a.equals($0) } })
            }
        }
    }

    @Test func anEmptyBufferIsAnEmptyView() {
        let view = ByteView(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(view.count == 0)
        #expect(view.equals(view.slice(0, 0)))
    }
}
