internal import FoundationEssentials
internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// A failure together with the time that the server wants to be left alone.
struct Refusal: Error, Hashable, Sendable {
    var error: PullError
    var retryAfter: Duration?

    init(_ error: PullError, retryAfter: Duration? = nil) {
        self.error = error
        self.retryAfter = retryAfter
    }

    /// Nil for what is no failure of the pull: a cancellation.
    init?(from error: any Error) {
        switch error {
        case let refusal as Refusal: self = refusal
        case let error as PullError: self.init(error)
        default: return nil
        }
    }

    /// Makes the failure of a response whose status is not one that was hoped for, with the server's own words.
    init(_ response: HTTPResponse, step: PullError.Step, now: Int64) async throws {
        let words = try await ServerWords.read(response)
        let retryAfter = response.headers.first(name: "Retry-After").flatMap { Self.retryAfter($0, now: now) }
        let cause: PullError.Cause =
            switch response.status {
            case 401, 403: .unauthorised(status: response.status, words)
            case 404: .notFound(words)
            case 429: .rateLimited(words, retryAfter: retryAfter)
            default: .status(response.status, words)
            }
        self.init(
            PullError(step: step, place: response.url.origin.authority, cause: cause), retryAfter: retryAfter)
    }

    /// Retry-After in seconds or as a date (RFC 9110 10.2.3); nil when it is neither.
    static func retryAfter(_ field: String, now: Int64) -> Duration? {
        let field = field.filter { $0 != "\t" }
        if let seconds = Int64(field.split(separator: " ").joined()), seconds >= 0 { return .seconds(seconds) }
        return HTTPDate.secondsSince1970(field).map { .seconds(max(0, $0 - now)) }
    }
}

/// What a server says in the body of an error.
package enum ServerWords {
    /// No more than this is read.
    static let readLimit = 1 << 20
    /// No more characters than these are kept.
    static let keptLimit = 300

    /// The message of a registry's or token server's error document, or the body itself when it is plain text.
    static func read(_ response: HTTPResponse) async throws -> String {
        var body = ByteBuffer()
        do {
            for try await piece in response.body {
                body.writeImmutableBuffer(piece)
                if body.readableBytes >= readLimit { break }
            }
        } catch is NetworkError {
            // The status is what matters; of the words, those that came.
        }
        let type = response.headers.first(name: "Content-Type").flatMap(MediaType.bare)
        return words(Array(body.readableBytesView.prefix(readLimit)), contentType: type)
    }

    /// The words in a body that has been read.
    package static func words(_ body: [UInt8], contentType: String?) -> String {
        let document = try? JSONDecoder().decode(Document.self, from: Data(body))
        if let said = document?.said { return String(said.prefix(keptLimit)) }
        // Pages are for browsers.
        guard document == nil, contentType != "text/html", body.first != UInt8(ascii: "<") else { return "" }
        let text = String(decoding: body.prefix(4 * keptLimit), as: UTF8.self)
        return String(text.drop(while: \.isWhitespace).prefix(keptLimit))
    }

    /// The forms of the field: `errors[].message` (distribution), `message`, `details` (Docker Hub's token server),
    /// `error_description` (OAuth).
    private struct Document: Decodable {
        var errors: [Entry]?
        var message: String?
        var details: String?
        var description: String?

        struct Entry: Decodable {
            var code: String?
            var message: String?
        }

        enum CodingKeys: String, CodingKey {
            case errors, message, details
            case description = "error_description"
        }

        var said: String? {
            let all = (errors ?? []).compactMap { $0.message ?? $0.code }
            return all.isEmpty ? message ?? details ?? description : all.joined(separator: "; ")
        }
    }
}

extension NetworkError {
    /// Whether asking again can help: what breaks in an exchange may pass, what stands in the way of any exchange only
    /// when there has been one before, and a certificate never.
    func mayPass(established: Bool) -> Bool {
        switch cause {
        case .certificate, .redirect, .noAddressInFamily, .protocolViolation, .proxyRefused, .outOfReach: false
        default: established || step == .exchange
        }
    }
}

/// Runs `operation` and names the step and the place of whatever fails below it.
func naming<Value>(
    _ step: PullError.Step, at place: String, isolation: isolated (any Actor)? = #isolation,
    _ operation: () async throws -> Value
) async throws -> Value {
    do {
        return try await operation()
    } catch let error as NetworkError {
        throw PullError(step: step, place: place, cause: .network(error))
    } catch let cause as PullError.Cause {
        throw PullError(step: step, place: place, cause: cause)
    } catch let problem as CredentialProblem {
        throw PullError(step: step, place: place, cause: .credential(problem))
    } catch let error as BodyTooLarge {
        throw PullError(step: step, place: place, cause: .malformed("more than \(error.limit) bytes"))
    }
}
