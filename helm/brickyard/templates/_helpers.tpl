{{/* The name all objects begin with: short enough for what is put behind it. */}}
{{- define "brickyard.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 36 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 36 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 36 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What tells a component's pods from all others. Takes root, component and, for workers, pool. */}}
{{- define "brickyard.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .pool }}
brickyard.dev/pool: {{ . }}
{{- end }}
{{- end -}}

{{- define "brickyard.labels" -}}
{{ include "brickyard.selector" . }}
app.kubernetes.io/part-of: brickyard
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* Takes root and image. */}}
{{- define "brickyard.image" -}}
{{- $tag := .image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion -}}
{{- with .root.Values.image.registry }}{{ . }}/{{ end }}{{ .image.repository }}:{{ $tag }}
{{- end -}}

{{- define "brickyard.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* No part of the farm talks to the Kubernetes API: there is one account, without a token. */}}
{{- define "brickyard.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "brickyard.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* A pool with what it does not say itself from .Values.worker. Takes root and pool; gives YAML. */}}
{{- define "brickyard.pool" -}}
{{- mustMergeOverwrite (deepCopy .root.Values.worker) (deepCopy .pool) | toYaml -}}
{{- end -}}

{{/* linux/amd64,linux/arm64: the platforms of all pools. */}}
{{- define "brickyard.platforms" -}}
{{- $platforms := list -}}
{{- range .Values.pools -}}
{{- $platforms = append $platforms .platform -}}
{{- end -}}
{{- $platforms | uniq | join "," -}}
{{- end -}}

{{/* Pods of a component apart from each other. Takes root, component, pool and spread. */}}
{{- define "brickyard.spread" -}}
{{- $constraints := list -}}
{{- $selector := include "brickyard.selector" . | fromYaml -}}
{{- range $key, $when := dict "kubernetes.io/hostname" .spread.hosts "topology.kubernetes.io/zone" .spread.zones -}}
{{- if $when -}}
{{- $constraints = append $constraints (dict "maxSkew" 1 "topologyKey" $key "whenUnsatisfiable" $when "labelSelector" (dict "matchLabels" $selector)) -}}
{{- end -}}
{{- end -}}
{{- with $constraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What decides about the node. Takes values of a component. */}}
{{- define "brickyard.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Every service answers these since quarkus-smallrye-health is in it. Takes nothing. */}}
{{- define "brickyard.probes" -}}
startupProbe:
  httpGet:
    path: /q/health/started
    port: http
  periodSeconds: 2
  timeoutSeconds: 5
  # As long as a service waits for what it needs, and longer.
  failureThreshold: 150
livenessProbe:
  httpGet:
    path: /q/health/live
    port: http
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: /q/health/ready
    port: http
  periodSeconds: 5
  timeoutSeconds: 10
  failureThreshold: 3
{{- end -}}

{{/* Refuses an installation that lacks an address or a credential: all at once, by their names. */}}
{{- define "brickyard.validate" -}}
{{- $missing := list -}}
{{- if not .Values.database.host -}}{{- $missing = append $missing "database.host" -}}{{- end -}}
{{- if not .Values.database.existingSecret.name -}}{{- $missing = append $missing "database.existingSecret.name" -}}{{- end -}}
{{- if not .Values.kafka.bootstrapServers -}}{{- $missing = append $missing "kafka.bootstrapServers" -}}{{- end -}}
{{- if and (hasPrefix "SASL_" .Values.kafka.securityProtocol) (not .Values.kafka.sasl.existingSecret.name) -}}{{- $missing = append $missing "kafka.sasl.existingSecret.name" -}}{{- end -}}
{{- if not .Values.objectStore.endpoint -}}{{- $missing = append $missing "objectStore.endpoint" -}}{{- end -}}
{{- if not .Values.objectStore.existingSecret.name -}}{{- $missing = append $missing "objectStore.existingSecret.name" -}}{{- end -}}
{{- if not .Values.internalToken.existingSecret.name -}}{{- $missing = append $missing "internalToken.existingSecret.name" -}}{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}{{- $missing = append $missing "ingress.hosts" -}}{{- end -}}
{{- with $missing -}}
{{- fail (printf "these values are needed: %s (see the chart's README.md)" (join ", " .)) -}}
{{- end -}}
{{- $names := list -}}
{{- range .Values.pools -}}
{{- if has .name $names -}}{{- fail (printf "pools: the name %q is given twice" .name) -}}{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- end -}}
