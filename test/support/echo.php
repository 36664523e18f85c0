<?php
// Responds to a change as the vendor's page documents, and adds how PHP itself read the request.
function described(array $file): array
{
    if (is_array($file['name'])) {
        $each = [];
        foreach (array_keys($file['name']) as $i) {
            $each[] = described(array_combine(array_keys($file), array_map(fn ($v) => $v[$i] ?? null, $file)));
        }
        return $each;
    }
    return [
        'name' => $file['name'],
        'type' => $file['type'],
        'size' => $file['size'],
        'error' => $file['error'],
        'sha256' => $file['error'] === UPLOAD_ERR_OK ? hash_file('sha256', $file['tmp_name']) : null,
    ];
}

header('Content-Type: application/json');
echo json_encode([
    'code' => 200,
    'error' => 'null',
    'msg' => 'Succesfully update record',
    'data' => ['wolkvox_id' => ''],
    'received' => [
        'fields' => (object) $_POST,
        'form' => json_decode($_POST['form'] ?? 'null'),
        'json' => json_decode(file_get_contents('php://input')),
        'files' => (object) array_map('described', $_FILES),
        'headers' => array_change_key_case(getallheaders()),
    ],
], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
