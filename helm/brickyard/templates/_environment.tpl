{{/*
Settings as environment variables: Quarkus finds brickyard.s3.access-key in BRICKYARD_S3_ACCESS_KEY.
*/}}

{{/* Numbers of YAML are floating-point here, and would be written as 1e+06. */}}
{{- define "brickyard.scalar" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ toString . }}{{ end -}}
{{- end -}}

{{/* Any setting by its name. Takes a map. */}}
{{- define "brickyard.env.settings" -}}
{{- range $name, $value := . }}
- name: {{ regexReplaceAll "[^A-Za-z0-9]" $name "_" | upper }}
  value: {{ include "brickyard.scalar" $value | quote }}
{{- end }}
{{- end -}}

{{/* Takes name, secret and key. */}}
{{- define "brickyard.env.secret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end -}}

{{/* What every service is told. Takes root and values of the component. */}}
{{- define "brickyard.env.process" -}}
- name: QUARKUS_LOG_LEVEL
  value: {{ .root.Values.logLevel }}
{{- with .values.javaOptions }}
- name: JAVA_TOOL_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "brickyard.env.database" -}}
{{- $database := .Values.database -}}
{{- $parameters := list -}}
{{- range $name, $value := merge (dict "sslmode" $database.sslMode) $database.parameters -}}
{{- $parameters = append $parameters (printf "%s=%s" $name (urlquery $value)) -}}
{{- end -}}
- name: QUARKUS_DATASOURCE_JDBC_URL
  value: {{ printf "jdbc:postgresql://%s:%d/%s?%s" $database.host (int $database.port) $database.name (join "&" $parameters) | quote }}
{{ include "brickyard.env.secret" (dict "name" "QUARKUS_DATASOURCE_USERNAME" "secret" $database.existingSecret.name "key" $database.existingSecret.usernameKey) }}
{{ include "brickyard.env.secret" (dict "name" "QUARKUS_DATASOURCE_PASSWORD" "secret" $database.existingSecret.name "key" $database.existingSecret.passwordKey) }}
{{- end -}}

{{- define "brickyard.env.kafka" -}}
{{- $kafka := .Values.kafka -}}
- name: KAFKA_BOOTSTRAP_SERVERS
  value: {{ $kafka.bootstrapServers | quote }}
- name: KAFKA_SECURITY_PROTOCOL
  value: {{ $kafka.securityProtocol }}
{{- if hasPrefix "SASL_" $kafka.securityProtocol }}
- name: KAFKA_SASL_MECHANISM
  value: {{ $kafka.sasl.mechanism }}
{{ include "brickyard.env.secret" (dict "name" "KAFKA_SASL_JAAS_CONFIG" "secret" $kafka.sasl.existingSecret.name "key" $kafka.sasl.existingSecret.jaasConfigKey) }}
{{- end }}
{{- if hasSuffix "SSL" $kafka.securityProtocol }}
{{- with $kafka.tls.existingSecret.name }}
- name: KAFKA_SSL_TRUSTSTORE_TYPE
  value: PEM
- name: KAFKA_SSL_TRUSTSTORE_LOCATION
  value: /etc/brickyard/kafka-ca/ca.crt
{{- end }}
{{- with $kafka.tls.clientCertificate.existingSecret }}
{{- if .name }}
- name: KAFKA_SSL_KEYSTORE_TYPE
  value: PKCS12
- name: KAFKA_SSL_KEYSTORE_LOCATION
  value: /etc/brickyard/kafka-client/user.p12
{{ include "brickyard.env.secret" (dict "name" "KAFKA_SSL_KEYSTORE_PASSWORD" "secret" .name "key" .passwordKey) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The files that brickyard.env.kafka names. */}}
{{- define "brickyard.kafka.volumes" -}}
{{- $kafka := .Values.kafka -}}
{{- if hasSuffix "SSL" $kafka.securityProtocol }}
{{- with $kafka.tls.existingSecret }}
{{- if .name }}
- name: kafka-ca
  secret:
    secretName: {{ .name }}
    defaultMode: 288 # 0440
    items:
      - key: {{ .caKey }}
        path: ca.crt
{{- end }}
{{- end }}
{{- with $kafka.tls.clientCertificate.existingSecret }}
{{- if .name }}
- name: kafka-client
  secret:
    secretName: {{ .name }}
    defaultMode: 288 # 0440
    items:
      - key: {{ .keystoreKey }}
        path: user.p12
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "brickyard.kafka.mounts" -}}
{{- $kafka := .Values.kafka -}}
{{- if hasSuffix "SSL" $kafka.securityProtocol }}
{{- if $kafka.tls.existingSecret.name }}
- name: kafka-ca
  mountPath: /etc/brickyard/kafka-ca
  readOnly: true
{{- end }}
{{- if $kafka.tls.clientCertificate.existingSecret.name }}
- name: kafka-client
  mountPath: /etc/brickyard/kafka-client
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{- define "brickyard.env.objectStore" -}}
{{- $store := .Values.objectStore -}}
- name: BRICKYARD_S3_ENDPOINT
  value: {{ $store.endpoint | quote }}
- name: BRICKYARD_S3_BUCKET
  value: {{ $store.bucket | quote }}
- name: BRICKYARD_S3_REGION
  value: {{ $store.region | quote }}
{{ include "brickyard.env.secret" (dict "name" "BRICKYARD_S3_ACCESS_KEY" "secret" $store.existingSecret.name "key" $store.existingSecret.accessKeyKey) }}
{{ include "brickyard.env.secret" (dict "name" "BRICKYARD_S3_SECRET_KEY" "secret" $store.existingSecret.name "key" $store.existingSecret.secretKeyKey) }}
{{- end -}}

{{- define "brickyard.env.token" -}}
{{ include "brickyard.env.secret" (dict "name" "BRICKYARD_INTERNAL_TOKEN" "secret" .Values.internalToken.existingSecret.name "key" .Values.internalToken.existingSecret.key) }}
{{- end -}}

{{/* Everything the api is told. */}}
{{- define "brickyard.env.api" -}}
{{ include "brickyard.env.process" (dict "root" . "values" .Values.api) }}
{{ include "brickyard.env.database" . }}
{{ include "brickyard.env.kafka" . }}
{{ include "brickyard.env.objectStore" . }}
{{- include "brickyard.env.settings" .Values.api.settings }}
{{- with .Values.api.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Everything the scheduler is told. */}}
{{- define "brickyard.env.scheduler" -}}
{{ include "brickyard.env.process" (dict "root" . "values" .Values.scheduler) }}
{{ include "brickyard.env.database" . }}
{{ include "brickyard.env.kafka" . }}
{{ include "brickyard.env.objectStore" . }}
{{ include "brickyard.env.token" . }}
- name: BRICKYARD_TOPICS_PLATFORMS
  value: {{ include "brickyard.platforms" . | quote }}
{{- with .Values.kafka.topicReplicationFactor }}
- name: BRICKYARD_TOPICS_REPLICATION_FACTOR
  value: {{ int . | quote }}
{{- end }}
{{- include "brickyard.env.settings" .Values.scheduler.settings }}
{{- with .Values.scheduler.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Everything a pool's workers are told. Takes root and pool, merged. */}}
{{- define "brickyard.env.worker" -}}
{{- $root := .root -}}
{{- $pool := .pool -}}
{{ include "brickyard.env.process" (dict "root" $root "values" $pool) }}
{{ include "brickyard.env.kafka" $root }}
{{ include "brickyard.env.objectStore" $root }}
{{ include "brickyard.env.token" $root }}
- name: BRICKYARD_SCHEDULER_URL
  value: http://{{ include "brickyard.fullname" $root }}-scheduler:{{ int $root.Values.scheduler.service.port }}
- name: BRICKYARD_WORKER_ID
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: BRICKYARD_WORKER_PLATFORMS
  value: {{ $pool.platform }}
- name: BRICKYARD_WORKER_DATA_DIR
  value: /var/lib/brickyard/worker
- name: BRICKYARD_WORKER_SLOTS
  value: {{ int $pool.slots | quote }}
{{- with $pool.parallelism }}
- name: BRICKYARD_WORKER_PARALLELISM
  value: {{ int . | quote }}
{{- end }}
- name: BRICKYARD_WORKER_SHUTDOWN_GRACE
  value: {{ int $pool.shutdownGraceSeconds }}s
{{- with $pool.runtime }}
- name: BRICKYARD_WORKER_RUNTIME
  value: {{ . }}
{{- end }}
{{- with $pool.limits.memory }}
- name: BRICKYARD_WORKER_LIMITS_MEMORY
  value: {{ . | quote }}
{{- end }}
{{- with $pool.limits.pids }}
- name: BRICKYARD_WORKER_LIMITS_PIDS
  value: {{ int . | quote }}
{{- end }}
{{- with $root.Values.registry.insecure }}
- name: BRICKYARD_WORKER_REGISTRY_INSECURE
  value: {{ join "," . | quote }}
{{- end }}
{{- if $root.Values.registry.mirrors }}
- name: QUARKUS_CONFIG_LOCATIONS
  value: /etc/brickyard/worker/worker.properties
{{- end }}
{{- include "brickyard.env.settings" $pool.settings }}
{{- with $pool.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
