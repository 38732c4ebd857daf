"""The guide's own configurations, with no more added than a container without privileges needs to run them at all."""

from __future__ import annotations

from clawkit.testing import OpenClawStack

LOCATION = """
        location / {
            proxy_pass http://UPSTREAM;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header Host $http_host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_read_timeout 300s;
            proxy_connect_timeout 60s;
            proxy_send_timeout 300s;
        }
"""
NGINX_TEMPORARY = """
    client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u;
    scgi_temp_path /tmp/s;
"""
NGINX_CERTIFICATE = """
        ssl_certificate /tls/site/main/live/fullchain.pem;
        ssl_certificate_key /tls/site/main/live/privkey.pem;
"""
CADDY_GLOBAL = """
{
	admin 127.0.0.1:2019
	skip_install_trust
	pki {
		ca local {
			root {
				cert /tls/ca/ca.crt
				key /tls/ca/ca.key
			}
		}
	}
}
"""
CADDY_TLS = """
	tls {
		issuer internal {
			ca local
		}
	}
"""


def nginx_server(name: str, upstream: str, *, tls: bool = True) -> str:
    """The server block that the guide tells to write."""
    return f"""
    server {{
        listen {"443 ssl" if tls else "80"};
        server_name {name};
        client_max_body_size 32m;
{NGINX_CERTIFICATE if tls else ""}
{LOCATION.replace("UPSTREAM", upstream)}
    }}
"""


def nginx(name: str, upstream: str, *, tls: bool = True, main: str = "events {}", http: str = "access_log off;") -> str:
    """`main` and `http` are what the distribution's own file has around the server block."""
    return f"pid /tmp/nginx.pid;\n{main}\nhttp {{\n{http}\n{NGINX_TEMPORARY}{nginx_server(name, upstream, tls=tls)}}}\n"


def caddy(name: str, upstream: str, *, tls: bool = True) -> str:
    return f"""{CADDY_GLOBAL}
{"https" if tls else "http"}://{name} {{
{CADDY_TLS if tls else ""}
	reverse_proxy {upstream} {{
		header_up X-Real-IP {{remote_host}}
		transport http {{
			read_timeout 300s
		}}
	}}
}}
"""


GATEWAY = "gateway:18789"
NGINX = nginx("localhost", GATEWAY)
CADDY = caddy("localhost", GATEWAY)
GUIDE = {"nginx": ("nginx.conf", NGINX), "caddy": ("Caddyfile", CADDY)}


def install(stack: OpenClawStack, file: tuple[str, str]) -> None:
    """In place of the kit's file; in place, because the folder is mounted."""
    name, text = file
    (stack.folder / "stack/proxy" / stack.stack.proxy / name).write_text(text)
