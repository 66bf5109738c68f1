/// Directives of nginx for features that this version does not have. They stay unknown, but the error can say more than that.
enum UnsupportedDirectives {
    /// A line of advice about a directive that nginx would know; `nil` for one that nobody knows.
    static func hint(for name: String) -> String? {
        guard let (_, what) = exact.first(where: { $0.name == name }) ?? prefixes.first(where: { name.hasPrefix($0.name) }) else {
            return nil
        }
        return "nginx has \"\(name)\", this version of Gatehouse does not: \(what)"
    }

    private static let exact: [(name: String, what: String)] = [
        ("stream", "TCP and UDP proxying is not in it yet"), ("mail", "mail is not proxied"), ("gzip", "no compression yet"),
        ("gunzip", "no compression yet"), ("postpone_gzipping", "no compression yet"),
        ("charset", "no recoding yet"), ("charset_map", "no recoding yet"), ("charset_types", "no recoding yet"),
        ("source_charset", "no recoding yet"), ("override_charset", "no recoding yet"), ("http3", "no HTTP/3 yet"),
        ("slice", "no caching yet"), ("ssi", "no server-side includes"), ("autoindex", "no listings of directories"),
        ("post_action", "no subrequests yet"),
        ("valid_referers", "referers are not checked; a \"map\" of $http_referer can"), ("proxy_store", "answers are not saved as files"),
        ("proxy_store_access", "answers are not saved as files"),
        ("disable_symlinks", "symbolic links are followed"), ("empty_gif", "serve a file instead"),
        ("random_index", "no choice among files"), ("perl", "no embedded Perl"), ("perl_set", "no embedded Perl"),
        ("mp4", "no streaming of parts of media files"),
        ("js_import", "no embedded JavaScript"), ("acme_issuer", "no automatic certificates yet"),
        ("ssl_ech_file", "needs a newer OpenSSL"), ("fastcgi_temp_path", "FastCGI is not spoken"),
    ]

    private static let prefixes: [(name: String, what: String)] = [
        ("gzip_", "no compression yet"), ("brotli", "no compression yet"), ("gunzip_", "no compression yet"),
        ("proxy_cache", "no caching yet"),
        ("proxy_no_cache", "no caching yet"), ("limit_req", "no limits of requests yet"),
        ("auth_request", "no subrequests yet"), ("auth_jwt", "no tokens yet"), ("sub_filter", "answers are not rewritten yet"),
        ("add_before_body", "no subrequests yet"), ("add_after_body", "no subrequests yet"), ("addition_types", "no subrequests yet"),
        ("grpc_", "no gRPC yet"), ("http2_", "no HTTP/2 yet"), ("http3_", "no HTTP/3 yet"), ("quic_", "no HTTP/3 yet"),
        ("fastcgi_", "FastCGI is not spoken"), ("uwsgi_", "uwsgi is not spoken"),
        ("scgi_", "SCGI is not spoken"), ("memcached_", "memcached is not spoken"), ("ssi_", "no server-side includes"),
        ("ssl_ocsp", "client certificates are not checked by OCSP"), ("open_file_cache", "descriptors of files are not kept"),
        ("autoindex_", "no listings of directories"), ("dav_", "no WebDAV"), ("xslt_", "no XSLT"),
        ("image_filter", "images are not changed"),
        ("secure_link", "links are not signed"), ("userid", "no identifying cookies"),
        ("geoip_", "no GeoIP databases; \"geo\" takes networks"),
        ("referer_hash_", "referers are not checked"), ("otel_", "no traces yet"),
    ]
}
