import LabNet
import Synchronization

@testable import Puller

/// Several registries in memory, each at its own host; nobody is at any other.
final class FakeHosts: HTTPExchanging {
    let hosts: [String: FakeRegistry]

    init(_ hosts: [String: FakeRegistry]) { self.hosts = hosts }

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let host = request.url.origin.host.description
        guard let registry = hosts[host] else { throw NetworkError(step: .dial, host: host, cause: .refused) }
        return try await registry.exchange(request, receive)
    }
}
