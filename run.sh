set -e
cd /tmp/st
B=${B:-/work/main/.build/x86_64-unknown-linux-gnu/debug/docker-tar-lab}
/work/main/Tests/Fixtures/make-image image 5 24 >/dev/null; /work/main/Tests/Fixtures/make-image older 2 1 >/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=lab -addext "basicConstraints=critical,CA:TRUE" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout k.pem -out r.csr -subj /CN=registry.lab.test 2>/dev/null
printf "subjectAltName=DNS:registry.lab.test\n" > ext; openssl x509 -req -in r.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out c.pem -days 2 -extfile ext 2>/dev/null
reg() { cat > $1.yml <<Y
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: /tmp/st/$1}}
http:
  addr: 127.0.0.1:$2
$3
Y
docker-registry serve $1.yml >/dev/null 2>&1 & }
reg honest 21001; reg liar 21002; reg origin 21003 "  tls: {certificate: /tmp/st/c.pem, key: /tmp/st/k.pem}"
sleep 1.5
push() { skopeo copy -q --all --preserve-digests --dest-tls-verify=false oci:$1:latest docker://$2:latest; }
push image 127.0.0.1:21001/demo/big; push older 127.0.0.1:21001/stale/demo/big; push image 127.0.0.1:21002/demo/big
skopeo copy -q --all --preserve-digests --dest-tls-verify=false oci:image:latest docker://127.0.0.1:21003/demo/big:latest
L=$(python3 - <<P
import json
i=json.load(open('image/index.json'))['manifests'][0]['digest'][7:]
m=json.load(open('image/blobs/sha256/'+i))['manifests'][0]['digest'][7:]
print(' '.join(l['digest'][7:] for l in json.load(open('image/blobs/sha256/'+m))['layers']))
P
)
for d in $L; do f=liar/docker/registry/v2/blobs/sha256/${d:0:2}/$d/data; printf '\x01' | dd of=$f bs=1 seek=5000000 conv=notrunc 2>/dev/null; done
F=$(echo $L | cut -d' ' -f1)
cat > n.conf <<N
daemon off; pid /tmp/st/pid; error_log /dev/null; worker_processes 1; events { worker_connections 512; }
http { access_log /tmp/st/access; proxy_temp_path /tmp/st/pt; client_body_temp_path /tmp/st/cb; fastcgi_temp_path /tmp/st/f; uwsgi_temp_path /tmp/st/u; scgi_temp_path /tmp/st/s; proxy_buffering off;
server { listen 127.0.0.1:21004; location ~ /blobs/sha256:$F { return 403 '{"errors":[{"message":"not mirrored"}]}'; } location / { limit_rate 6m; proxy_pass http://127.0.0.1:21001; proxy_set_header Host \$http_host; } }
server { listen 127.0.0.1:21005; location / { limit_rate 6m; proxy_pass http://127.0.0.1:21001; proxy_set_header Host \$http_host; } }
}
N
nginx -e /dev/null -c /tmp/st/n.conf & sleep 1
go() { rm -f o.tar; /usr/bin/time -f "%e s" $B pull registry.lab.test:21003/demo/big -lab -no-memory -dns-servers 127.0.0.1:5 -resolve registry.lab.test=127.0.0.1 -ca-file ca.pem -no-cache -quiet -output o.tar -require-origin -mirror $1 2>&1; }
for i in 1 2 3; do echo "-- alone"; go http://127.0.0.1:21005; echo "-- four"; go http://127.0.0.1:21001/stale,http://127.0.0.1:21002,http://127.0.0.1:21004,http://127.0.0.1:21005; done
pkill -f "docker-registry serve" ; kill $(cat pid)
