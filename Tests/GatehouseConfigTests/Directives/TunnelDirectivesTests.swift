import GatehouseConfig
import GatehousePolicy
import Testing

@Suite struct TunnelDirectivesTests {
    @Test func `a tunnel leads where the request says unless a target is given`() throws {
        guard case .tunnel(.template(let standard)) = try location("tunnel_pass;").handler,
            case .tunnel(.template(let own)) = try location("tunnel_pass $host:443;").handler,
            case .tunnel(.fixed(upstream: 0)) = try location("tunnel_pass 127.0.0.1:443;").handler
        else {
            Issue.record("another handler")
            return
        }
        #expect(standard.source == "$host:$request_port")
        #expect(own.source == "$host:443")
    }

    @Test func `a target without variables needs a port`() {
        #expect(errorsInLocation("tunnel_pass 127.0.0.1;") == [#"no port in upstream "127.0.0.1""#])
        #expect(errorsInLocation("tunnel_pass somewhere;") == [#"no port in upstream "somewhere""#])
    }

    @Test func `settings of tunnels are inherited, the handler is not`() throws {
        let settings = try location(
            "", server: "tunnel_pass; tunnel_connect_timeout 1s; tunnel_bind 127.0.0.1; tunnel_next_upstream timeout;")
        #expect(settings.handler == nil)
        #expect(settings.tunnel.connectTimeout == .seconds(1))
        #expect(settings.tunnel.bind != nil)
        #expect(settings.tunnel.nextUpstream == .timeout)
        #expect(errorsInLocation("tunnel_next_upstream http_500;") == [#"invalid value "http_500""#])
    }
}
