import NIOCore
import NIOHTTP1
import Puller

/// One response of the lab's registry, or of another web server.
struct WebAnswer {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders = [:]
    var body = ByteBuffer()

    /// JSON of our own making.
    static func json(_ status: HTTPResponseStatus, _ text: String, headers: HTTPHeaders = [:]) -> WebAnswer {
        var headers = headers
        headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        return WebAnswer(status: status, headers: headers, body: ByteBuffer(string: text))
    }

    /// An error in the registry's own form (distribution-spec, "Error Codes"); code and words are the lab's own.
    static func failure(
        _ status: HTTPResponseStatus, _ code: String, _ words: String, headers: HTTPHeaders = [:]
    ) -> WebAnswer {
        json(status, #"{"errors":[{"code":"\#(code)","message":"\#(words)"}]}"#, headers: headers)
    }

    /// Content under its digest, or the part of it that a Range field asks for (RFC 9110 14).
    static func content(_ body: ByteBuffer, digest: Digest, mediaType: String, range: String?) -> WebAnswer {
        let whole = body.readableBytes
        var answer = WebAnswer(
            status: .ok,
            headers: [
                "Content-Type": mediaType, "Docker-Content-Digest": digest.description,
                "ETag": "\"\(digest)\"", "Accept-Ranges": "bytes",
            ], body: body)
        guard let range, let wanted = bytes(of: range, whole: whole) else { return answer }
        guard let part = body.getSlice(at: body.readerIndex + wanted.lowerBound, length: wanted.count), !wanted.isEmpty
        else {
            let headers: HTTPHeaders = ["Content-Range": "bytes */\(whole)"]
            return .failure(.rangeNotSatisfiable, "SIZE_INVALID", "no such range", headers: headers)
        }
        answer.status = .partialContent
        answer.body = part
        let last = wanted.upperBound - 1
        answer.headers.add(name: "Content-Range", value: "bytes \(wanted.lowerBound)-\(last)/\(whole)")
        return answer
    }

    /// The bytes that a Range field means: empty when there are none, nil when the field is to be ignored.
    static func bytes(of range: String, whole: Int) -> Range<Int>? {
        guard range.hasPrefix("bytes=") else { return nil }
        let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last?) where first <= last: return clamp(first, upTo: last, whole: whole)
        case (let first?, nil) where ends[1].isEmpty: return clamp(first, upTo: whole - 1, whole: whole)
        case (nil, let count?) where ends[0].isEmpty: return max(0, whole - count)..<whole
        default: return nil
        }
    }

    private static func clamp(_ first: Int, upTo last: Int, whole: Int) -> Range<Int> {
        first < whole ? first..<min(last, whole - 1) + 1 : 0..<0
    }
}
