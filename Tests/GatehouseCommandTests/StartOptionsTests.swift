import Gatehouse
import Testing

@testable import GatehouseCommand

@Suite struct StartOptionsTests {
    private func options(_ paths: PathArguments, existing: Set<String> = []) -> StartOptions {
        StartOptions(paths, directory: "/here", program: [], exists: existing.contains)
    }

    @Test func `relative paths start at the prefix, the prefix at the current directory`() {
        let options = options(PathArguments(prefix: "web", configurationPath: "a.conf", errorLogPath: "e.log"))
        #expect(options.prefix == "/here/web/")
        #expect(options.configurationPath == "/here/web/a.conf" && options.errorLogPath == "/here/web/e.log")
    }

    @Test func `a file of the working directory is found when no prefix is given, one below the installed prefix first`() {
        let paths = PathArguments(configurationPath: "my.conf")
        #expect(options(paths, existing: ["/here/my.conf", "/etc/gatehouse/"]).configurationPath == "/here/my.conf")
        let both: Set = ["/here/my.conf", "/etc/gatehouse/", "/etc/gatehouse/my.conf"]
        #expect(options(paths, existing: both).configurationPath == "/etc/gatehouse/my.conf")
        #expect(options(paths, existing: both).prefix == "/etc/gatehouse/")
    }

    @Test(arguments: [("my.conf", "/here/"), ("conf/my.conf", "/here/conf/"), ("/x/my.conf", "/x/"), ("/my.conf", "/")])
    func `where no prefix is installed, the directory of the file is it`(path: String, prefix: String) {
        let found = options(PathArguments(configurationPath: path))
        #expect(found.prefix == prefix && found.errorLogPath == prefix + "logs/error.log")
        #expect(options(PathArguments()).prefix == "/etc/gatehouse/")
    }

    @Test func `nginx's file is read where there is no own one and no prefix is given`() {
        #expect(options(PathArguments(), existing: ["/etc/nginx/nginx.conf"]).configurationPath == "/etc/nginx/nginx.conf")
        let both: Set = ["/etc/nginx/nginx.conf", "/etc/gatehouse/gatehouse.conf"]
        #expect(options(PathArguments(), existing: both).configurationPath == "/etc/gatehouse/gatehouse.conf")
        #expect(options(PathArguments(prefix: "/p"), existing: ["/etc/nginx/nginx.conf"]).configurationPath == "/p/gatehouse.conf")
    }

    @Test func `only a log that was asked for is missed`() {
        #expect(!options(PathArguments()).needsErrorLog && options(PathArguments(errorLogPath: "e")).needsErrorLog)
        #expect(options(PathArguments(errorLogPath: "stderr")).errorLogPath == "stderr")
    }
}
