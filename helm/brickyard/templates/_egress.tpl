{{/* Rules of network policies for what lies outside of the chart. */}}

{{- define "brickyard.egress.dns" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end -}}

{{/* Takes ports and to. */}}
{{- define "brickyard.egress.rule" -}}
- ports:
    {{- range .ports }}
    - port: {{ int . }}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "brickyard.egress.database" -}}
{{ include "brickyard.egress.rule" (dict "ports" (list .Values.database.port) "to" .Values.networkPolicy.database.to) }}
{{- end -}}

{{- define "brickyard.egress.kafka" -}}
{{ include "brickyard.egress.rule" .Values.networkPolicy.kafka }}
{{- end -}}

{{- define "brickyard.egress.objectStore" -}}
{{ include "brickyard.egress.rule" .Values.networkPolicy.objectStore }}
{{- end -}}
