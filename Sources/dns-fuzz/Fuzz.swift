import LabNet

/// The question that every input is read as an answer to; its random parts are the same in every run.
///
/// It is a constant: where it cannot be asked there is nothing to fuzz, and no input can bring that about.
private let query: DNSQuery = {
    var generator = Counter()
    guard let name = DNSName("registry-1.docker.io"),
        let query = try? DNSQuery(
            DNSQuestion(name: name, type: .a), cookie: DNSCookie(using: &generator), using: &generator)
    else { preconditionFailure("this question can always be asked") }
    return query
}()

/// Any sequence will do, as long as it is the same.
private struct Counter: RandomNumberGenerator {
    private var word: UInt64 = 0
    mutating func next() -> UInt64 {
        word &+= 0x9e37_79b9_7f4a_7c15
        return word
    }
}

/// Reads one input as a datagram. Its ID and question are put right, so that the reader goes on to what follows them.
///
/// The runtime wants the function under this name, though it is also handed to it.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    _ = try? DNSMessage(input, answering: query)
    let header: [UInt8] = [UInt8(query.id >> 8), UInt8(query.id & 0xff)] + input.prefix(8)
    guard header.count == 10 else { return 0 }
    let packet = header.prefix(4) + [0, 1] + header.suffix(6) + query.questionSection + input.dropFirst(8)
    _ = try? DNSMessage(Array(packet), answering: query)
    return 0
}

/// libFuzzer's own main function, which the sanitizer's runtime brings along.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The program's entry: the package manager calls a program's `main` by this name.
@_cdecl("dns_fuzz_main")
package func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    var (count, arguments) = (count, arguments)
    return runDriver(&count, &arguments, test)
}
